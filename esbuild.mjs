// Bundles the programs into dist/. Usage: node esbuild.mjs [--production] [--watch]
import { chmod, cp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

export const root = dirname(fileURLToPath(import.meta.url));

/**
 * Minified bytes; the extension is loaded by every window, so heavy libraries belong into the daemon, and what not every
 * window shows into a bundle of its own.
 */
export const sizeLimits = {
  'dist/extension.js': 150_000,
  'dist/commands.js': 150_000,
  'dist/dokployViews.js': 200_000,
};

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

/** `devyard serve` and `devyard provider` load their program only when asked to: it stays a file of its own beside the CLI. */
const programsStayOutside = {
  name: 'programs-stay-outside',
  setup({ onResolve }) {
    onResolve({ filter: /(^|\/)(daemon|provider)\.ts$/ }, ({ path, resolveDir, kind }) => {
      const program = basename(path, '.ts');
      return kind !== 'entry-point' && resolve(resolveDir, path) === join(root, `src/${program}.ts`)
        ? { path: `./${program}.js`, external: true }
        : undefined;
    });
  },
};

/** What of the extension is loaded when it is first needed: each stays a file of its own beside it. */
const lateParts = { commands: 'src/views/commands/all.ts', dokployViews: 'src/views/dokploy/parts.ts' };

const partsStayOutside = {
  name: 'parts-stay-outside',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, kind }) => {
      if (kind !== 'dynamic-import') return undefined;
      const found = Object.entries(lateParts).find(([, entry]) => resolve(resolveDir, path) === join(root, entry));
      return found && { path: `./${found[0]}.js`, external: true };
    });
  },
};

/**
 * Each file that imports `vscode` as a whole asks the editor for it, which looks for whose it is every time (0.09 ms here), and
 * esbuild wraps it in a copy of all its properties: most of the time that loading the bundle took. One question is enough,
 * and the API object itself will do.
 */
const vscodeAsItIs = {
  name: 'vscode-as-it-is',
  setup({ initialOptions, onEnd }) {
    onEnd(async ({ errors }) => {
      if (errors.length > 0 || initialOptions.write === false) return;
      const file = resolve(root, initialOptions.outfile);
      const text = await readFile(file, 'utf8');
      const unwrapped = text.replaceAll(/\b[\w$]+\((require\("vscode"\))\)/g, '$1');
      const shared = unwrapped.replaceAll('require("vscode")', 'vscodeApi');
      await writeFile(file, shared.replace('"use strict";', '"use strict";var vscodeApi=require("vscode");'));
    });
  },
};

const ptyPackages = join(root, 'node_modules/@lydell');
const ptyPackage = /^node-pty-([a-z0-9]+-[a-z0-9]+)$/;

/** Where each file of node-pty takes its native part from a package, and what it is to take instead. */
const ptyLookups = {
  'requireBinary.js': ['require(PACKAGE_NAME + "/" + file)', 'require(nativeBeside + file)'],
  'unixTerminal.js': ['require.resolve(helperPath)', '(nativeBeside + "spawn-helper")'],
  'conpty_console_list_agent.js': [
    'require("@lydell/node-pty-" + process.platform + "-" + process.arch + "/conpty_console_list.node")',
    'require(nativeBeside + "conpty_console_list.node")',
  ],
};

/**
 * The native parts of node-pty lie beside the bundle. They are looked for there only: a search for packages would go up to
 * the root of the disk, where on Windows anybody may put some.
 */
const nativeBesideBundle = {
  name: 'native-beside-bundle',
  setup({ onLoad }) {
    onLoad({ filter: /@lydell[\\/]node-pty[\\/]\w+\.js$/ }, async ({ path }) => {
      const lookup = ptyLookups[basename(path)];
      if (lookup === undefined) return undefined;
      const text = await readFile(path, 'utf8');
      if (text.split(lookup[0]).length !== 2) throw new Error(`${path} is not as esbuild.mjs expects it`);
      const folder = 'require("path").join(__dirname, "native", process.platform + "-" + process.arch) + "/"';
      return { contents: `const nativeBeside = ${folder};\n${text.replace(...lookup)}`, loader: 'js' };
    });
  },
};

async function installedPtys() {
  const names = await readdir(ptyPackages).catch(() => []);
  return names.flatMap((name) => ptyPackage.exec(name)?.[1] ?? []);
}

/** Copies node-pty's native part for each system whose package is installed to `<folder>/native/<platform>-<arch>`. */
export async function copyNative(folder) {
  for (const system of await installedPtys()) {
    await cp(join(ptyPackages, `node-pty-${system}`), join(folder, 'native', system), {
      recursive: true,
      filter: (path) => !/(?:package\.json|README\.md)$/.test(path),
    });
  }
}

/** What holds a process's terminal. node-pty starts two more files on Windows, by their place beside its own. */
export async function terminalBundles(folder, { production = false } = {}) {
  const base = { ...(await baseOptions({ production })), external: ['*.node'], plugins: [nativeBesideBundle] };
  const onWindows = (await installedPtys()).some((system) => system.startsWith('win32-'));
  const pty = 'node_modules/@lydell/node-pty';
  const helpers = ['worker/conoutSocketWorker.js', 'conpty_console_list_agent.js'].map((file) => ({
    ...base,
    entryPoints: [join(pty, file)],
    outfile: join(folder, file),
  }));
  const holder = { ...base, entryPoints: ['src/terminalHolder.ts'], outfile: join(folder, 'terminalHolder.js') };
  return [holder, ...(onWindows ? helpers : [])];
}

/** What is imported when it is needed is required then: Node's loader for `import()` takes its time to get ready. */
const required = { 'dynamic-import': false };

export async function bundles({ production = false } = {}) {
  const base = await baseOptions({ production });
  return [
    {
      ...base,
      ...editorOptions,
      entryPoints: ['src/extension.ts'],
      outfile: 'dist/extension.js',
      // The editor gives `vscode` to what is required.
      supported: { 'dynamic-import': false },
      // Columns of a source map would no longer be true.
      plugins: [partsStayOutside, ...(production ? [vscodeAsItIs] : [])],
    },
    ...Object.entries(lateParts).map(([name, entry]) => ({
      ...base,
      ...editorOptions,
      entryPoints: [entry],
      outfile: `dist/${name}.js`,
      plugins: production ? [vscodeAsItIs] : [],
    })),
    { ...base, ...nodeOptions, entryPoints: ['src/daemon.ts'], outfile: 'dist/daemon.js' },
    {
      ...base,
      ...nodeOptions,
      entryPoints: ['src/cli.ts'],
      outfile: 'dist/cli.js',
      plugins: [programsStayOutside],
      supported: required,
      banner: { js: '#!/usr/bin/env node' },
    },
    {
      ...base,
      ...nodeOptions,
      entryPoints: ['src/provider.ts'],
      outfile: 'dist/provider.js',
      supported: required,
      banner: { js: '#!/usr/bin/env node' },
    },
    ...(await terminalBundles('dist', { production })),
  ];
}

/** Builds everything into dist/ and returns `{file: bytes}`; rejects when a bundle is over its limit. */
export async function buildAll({ production = false } = {}) {
  await rm(join(root, 'dist'), { recursive: true, force: true });
  const sizes = {};
  for (const { metafile } of await Promise.all((await bundles({ production })).map((options) => build(options)))) {
    for (const [file, { bytes }] of Object.entries(metafile.outputs)) sizes[file] = bytes;
  }
  for (const program of ['cli', 'provider']) await chmod(join(root, `dist/${program}.js`), 0o755);
  await copyNative(join(root, 'dist'));
  for (const [file, limit] of Object.entries(production ? sizeLimits : {})) {
    if (sizes[file] > limit) {
      const [entry] = (await bundles()).find(({ outfile }) => outfile === file).entryPoints;
      throw new Error(
        `${file} has ${sizes[file]} bytes, more than ${limit}: find what it imports with ` +
          `\`npx esbuild ${entry} --bundle --platform=node --external:vscode --minify --analyze --outfile=/dev/null\``,
      );
    }
  }
  return sizes;
}

/** Builds one other entry (a test suite, a benchmark) with the same settings. `options` win. */
export async function buildEntry(entry, outfile, options = {}) {
  return build({ ...(await baseOptions()), entryPoints: [entry], outfile, ...options });
}

async function watch() {
  await copyNative(join(root, 'dist'));
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
