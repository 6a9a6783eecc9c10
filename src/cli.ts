import { mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { cacheFolder } from './provider/cacheFolder.ts';

/** The `devyard` command: hands over to the DevPod provider, or to the command line that talks to the daemon. */
if (process.argv[2] === 'provider') {
  keepCompiled();
  // Loads nothing else: DevPod calls it again and again, and waits for it.
  void import('./provider.ts');
} else {
  void import('./cli/main.ts').then(async ({ main }) => {
    process.exitCode = await main(process.argv.slice(2));
  });
}

/** What is loaded from here on is compiled once and not at every start: half of the time until the provider does anything. */
function keepCompiled(): void {
  const folder = join(cacheFolder(process.env, process.platform), 'compiled');
  // Node.js 20 has no such cache.
  const enable: typeof enableCompileCache | undefined = enableCompileCache;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    enable?.(folder);
  } catch {
    // A home folder that cannot be written costs time only.
  }
}
