import { resolve } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { baseOptions, bundles, editorOptions, nodeOptions, sizeLimits } from '../../../esbuild.mjs';

/** The second guard: what really ends up in each program, also through dynamic imports and packages. */
const root = resolve(import.meta.dirname, '../../..');
const inputs = new Map<string, string[]>();
const sizes = new Map<string, number>();

beforeAll(async () => {
  for (const options of await bundles({ production: true })) {
    const { metafile } = await build({ ...options, write: false });
    inputs.set(options.outfile, Object.keys(metafile.inputs));
    sizes.set(options.outfile, metafile.outputs[options.outfile]?.bytes ?? 0);
  }
}, 60_000);

const inside = (outfile: string, pattern: RegExp): string[] =>
  inputs.get(outfile)?.filter((file) => pattern.test(file)) ?? ['no bundle'];

test.each(['dist/extension.js', 'dist/commands.js', 'dist/dokployViews.js'])(
  '%s holds none of the core and no heavy library',
  (outfile) => {
    expect(inside(outfile, /^src\/(managers|api\/server|daemon|cli|provider)/)).toEqual([]);
    expect(inside(outfile, /node_modules\/(zod|fastify|kysely|execa|dockerode|ssh2)\//)).toEqual([]);
    expect(inside(outfile, /^src\/views\//)).not.toEqual([]);
  },
);

test.each(Object.entries(sizeLimits))(
  '%s is small enough to be loaded by a window: %i bytes at most',
  (outfile, limit) => {
    expect(sizes.get(outfile)).toBeGreaterThan(0);
    expect(sizes.get(outfile)).toBeLessThanOrEqual(limit);
  },
);

test('the extension leaves what commands run to a bundle that is loaded when the first one is called', () => {
  const late = /^src\/views\/(commands\/(all|create|lifecycle|devServers)|creation\/wizard)/;
  expect(inside('dist/extension.js', late)).toEqual([]);
  expect(inside('dist/commands.js', late)).not.toEqual([]);
  expect(inside('dist/commands.js', /^src\/(extension|views\/(shared\/session|dokploy\/parts))\.ts$/)).toEqual([]);
});

test('the extension leaves the view Dokploy to a bundle that is loaded when it is needed', () => {
  expect(inside('dist/extension.js', /^src\/views\/dokploy\/(tree|tooltip|view|connect|wizard)/)).toEqual([]);
  expect(inside('dist/dokployViews.js', /^src\/views\/dokploy\/(tree|tooltip|view|connect|wizard)/)).not.toEqual([]);
  expect(inside('dist/dokployViews.js', /^src\/(extension|views\/(shared\/session|commands\/register))\.ts$/)).toEqual(
    [],
  );
});

test.each(['dist/daemon.js', 'dist/cli.js', 'dist/provider.js'])('%s holds no view', (outfile) => {
  expect(inside(outfile, /^src\/(views|extension|dashboard)/)).toEqual([]);
  expect(inside(outfile, /^src\//)).not.toEqual([]);
});

test('the command line loads the daemon only when it serves', () => {
  expect(inside('dist/cli.js', /^src\/(daemon\.ts|managers\/codeServers|api\/server)/)).toEqual([]);
});

test('the command line hands over to the DevPod provider, which is one file without daemon, store and schemas', () => {
  // It only knows where the provider keeps what was compiled.
  expect(inside('dist/cli.js', /^src\/(provider|http|managers\/dokploy)/)).toEqual(['src/provider/cacheFolder.ts']);
  expect(inside('dist/provider.js', /^src\/(daemon|cli|api)|^src\/managers\/(codeServers|devServers)/)).toEqual([]);
  expect(inside('dist/provider.js', /node_modules\/(zod|fastify|kysely|execa)\//)).toEqual([]);
  expect(inside('dist/provider.js', /^src\/managers\/dokploy\/(api|ssh|machines)\//)).not.toEqual([]);
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
