/** What the bundler knows about this build. */
declare const __DEVYARD_BUILD__: { readonly version: string; readonly build: number } | undefined;

/** Version and build time (seconds since the epoch); a source tree that runs unbundled is older than any build. */
export const build: { readonly version: string; readonly build: number } =
  typeof __DEVYARD_BUILD__ === 'undefined' ? { version: '0.0.0', build: 0 } : __DEVYARD_BUILD__;
