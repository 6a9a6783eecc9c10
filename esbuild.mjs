// Bundles the three programs into dist/. Usage: node esbuild.mjs [--production] [--watch]
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

export const root = dirname(fileURLToPath(import.meta.url));

/** Minified bytes; the extension is loaded by every window, so heavy libraries belong into the daemon. */
export const extensionLimit = 200_000;

/** `{version, build}`, where `build` is in seconds since the epoch and orders builds of one version. */
export async function buildStamp() {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const epoch = process.env.SOURCE_DATE_EPOCH;
  return { version, build: epoch ? Number.parseInt(epoch, 10) : Math.floor(Date.now() / 1000) };
}

/** What all bundles share. Tests and benchmarks build their own entries with it. */
export async function baseOptions({ production = false } = {}) {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    minify: production,
    sourcemap: production ? false : 'linked',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    define: { __DEVYARD_BUILD__: JSON.stringify(await buildStamp()) },
  };
}

/** For what runs in the editor: `vscode` is given by the host. */
export const editorOptions = { external: ['vscode'] };

/**
 * For what runs without an editor: `vscode` is deliberately no external here, so that importing it fails the build.
 * cpu-features and *.node are optional native parts of ssh2.
 */
export const nodeOptions = {
  external: ['cpu-features', '*.node'],
  // Its main file is a UMD wrapper that hides its own requires from every bundler.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
};

/** `devyard serve` loads the daemon only when asked to: it stays a file of its own beside the CLI. */
const daemonStaysOutside = {
  name: 'daemon-stays-outside',
  setup({ onResolve }) {
    onResolve({ filter: /(^|\/)daemon\.ts$/ }, ({ path, resolveDir, kind }) =>
      kind !== 'entry-point' && resolve(resolveDir, path) === join(root, 'src/daemon.ts')
        ? { path: './daemon.js', external: true }
        : undefined,
    );
  },
};

/**
 * An import of `vscode` as a whole is wrapped by esbuild in a copy of all its properties, once for each file that has it:
 * most of the time that loading the bundle took. What is imported is the API object itself, and that will do.
 */
const vscodeAsItIs = {
  name: 'vscode-as-it-is',
  setup({ initialOptions, onEnd }) {
    onEnd(async ({ errors }) => {
      if (errors.length > 0) return;
      const file = resolve(root, initialOptions.outfile);
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replaceAll(/\b[\w$]+\((require\("vscode"\))\)/g, '$1'));
    });
  },
};

export async function bundles({ production = false } = {}) {
  const base = await baseOptions({ production });
  return [
    {
      ...base,
      ...editorOptions,
      entryPoints: ['src/extension.ts'],
      outfile: 'dist/extension.js',
      // Columns of a source map would no longer be true.
      plugins: production ? [vscodeAsItIs] : [],
    },
    { ...base, ...nodeOptions, entryPoints: ['src/daemon.ts'], outfile: 'dist/daemon.js' },
    {
      ...base,
      ...nodeOptions,
      entryPoints: ['src/cli.ts'],
      outfile: 'dist/cli.js',
      plugins: [daemonStaysOutside],
      banner: { js: '#!/usr/bin/env node' },
    },
  ];
}

/** Builds everything into dist/ and returns `{file: bytes}`; rejects when the extension is over its limit. */
export async function buildAll({ production = false } = {}) {
  await rm(join(root, 'dist'), { recursive: true, force: true });
  const sizes = {};
  for (const { metafile } of await Promise.all((await bundles({ production })).map((options) => build(options)))) {
    for (const [file, { bytes }] of Object.entries(metafile.outputs)) sizes[file] = bytes;
  }
  await chmod(join(root, 'dist/cli.js'), 0o755);
  const bytes = sizes['dist/extension.js'];
  if (production && bytes > extensionLimit) {
    throw new Error(
      `dist/extension.js has ${bytes} bytes, more than ${extensionLimit}: find what it imports with ` +
        '`npx esbuild src/extension.ts --bundle --platform=node --external:vscode --minify --analyze --outfile=/dev/null`',
    );
  }
  return sizes;
}

/** Builds one other entry (a test suite, a benchmark) with the same settings. `options` win. */
export async function buildEntry(entry, outfile, options = {}) {
  return build({ ...(await baseOptions()), entryPoints: [entry], outfile, ...options });
}

async function watch() {
  for (const options of await bundles()) await (await context({ ...options, logLevel: 'info' })).watch();
}

async function main(args) {
  if (args.includes('--watch')) return watch();
  const sizes = await buildAll({ production: args.includes('--production') });
  for (const [file, bytes] of Object.entries(sizes)) {
    if (file.endsWith('.js')) process.stdout.write(`${file.padEnd(20)} ${(bytes / 1000).toFixed(0).padStart(6)} KB\n`);
  }
}

if (process.argv[1] && relative(process.argv[1], fileURLToPath(import.meta.url)) === '') {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
