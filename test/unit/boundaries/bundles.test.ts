import { resolve } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { baseOptions, bundles, editorOptions, extensionLimit, nodeOptions } from '../../../esbuild.mjs';

/** The second guard: what really ends up in each program, also through dynamic imports and packages. */
const root = resolve(import.meta.dirname, '../../..');
const inputs = new Map<string, string[]>();
let extensionBytes = 0;

beforeAll(async () => {
  for (const options of await bundles({ production: true })) {
    const { metafile } = await build({ ...options, write: false });
    inputs.set(options.outfile, Object.keys(metafile.inputs));
    if (options.outfile === 'dist/extension.js') extensionBytes = metafile.outputs['dist/extension.js']?.bytes ?? 0;
  }
}, 60_000);

const inside = (outfile: string, pattern: RegExp): string[] =>
  inputs.get(outfile)?.filter((file) => pattern.test(file)) ?? ['no bundle'];

test('the extension holds none of the core and no heavy library', () => {
  expect(inside('dist/extension.js', /^src\/(managers|api\/server|daemon|cli)/)).toEqual([]);
  expect(inside('dist/extension.js', /node_modules\/(zod|fastify|kysely|execa|dockerode|ssh2)\//)).toEqual([]);
  expect(inside('dist/extension.js', /^src\/views\//)).not.toEqual([]);
});

test('the extension is small enough to be loaded by every window', () => {
  expect(extensionBytes).toBeGreaterThan(0);
  expect(extensionBytes).toBeLessThanOrEqual(extensionLimit);
});

test.each(['dist/daemon.js', 'dist/cli.js'])('%s holds no view', (outfile) => {
  expect(inside(outfile, /^src\/(views|extension|dashboard)/)).toEqual([]);
  expect(inside(outfile, /^src\//)).not.toEqual([]);
});

test('the command line loads the daemon only when it serves', () => {
  expect(inside('dist/cli.js', /^src\/(daemon\.ts|managers\/codeServers|api\/server)/)).toEqual([]);
});

/** Bundles one line as if it were a file in src. */
async function bundleText(contents: string, options: { external: string[] }): Promise<string> {
  const stdin = { contents, resolveDir: resolve(root, 'src'), loader: 'ts' } as const;
  const base = await baseOptions();
  const { outputFiles } = await build({
    ...base,
    ...options,
    stdin,
    write: false,
    sourcemap: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

test('a daemon that imports vscode cannot be bundled, an extension can', async () => {
  const text = "import * as vscode from 'vscode'; process.stdout.write(vscode.version);";
  await expect(bundleText(text, nodeOptions)).rejects.toThrow('Could not resolve "vscode"');
  expect(await bundleText(text, editorOptions)).toContain('require("vscode")');
});

test('a bundle knows its version and build', async () => {
  const text = await bundleText(
    'declare const __DEVYARD_BUILD__: object; export const build = __DEVYARD_BUILD__;',
    nodeOptions,
  );
  expect(text).toMatch(/version: "\d+\.\d+\.\d+", build: \d{10}/);
});
