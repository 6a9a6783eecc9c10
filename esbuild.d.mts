import type { BuildOptions, BuildResult } from 'esbuild';

export declare const root: string;
export declare const sizeLimits: Readonly<Record<string, number>>;
export declare const editorOptions: { external: string[] };
export declare const nodeOptions: { external: string[] };
export declare function buildStamp(): Promise<{ version: string; build: number }>;
export declare function baseOptions(options?: { production?: boolean }): Promise<BuildOptions & { metafile: true }>;
export declare function bundles(options?: {
  production?: boolean;
}): Promise<(BuildOptions & { outfile: string; metafile: true })[]>;
export declare function terminalBundles(
  folder: string,
  options?: { production?: boolean },
): Promise<(BuildOptions & { outfile: string; metafile: true })[]>;
export declare function copyNative(folder: string): Promise<void>;
export declare function buildAll(options?: { production?: boolean }): Promise<Record<string, number>>;
export declare function buildEntry<Options extends BuildOptions>(
  entry: string,
  outfile: string,
  options?: Options,
): Promise<BuildResult<Options & { metafile: true }>>;
