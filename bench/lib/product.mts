import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { bundles, root } from '../../esbuild.mjs';

export interface Product {
  /** An extension as it would be installed. */
  readonly extension: string;
  /** Holds the three programs. */
  readonly dist: string;
  /** Bytes of each program. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** The product as it is published, in a folder of its own: whatever else is being built in the repository goes on. */
export async function buildProduct(folder: string): Promise<Product> {
  const dist = join(folder, 'dist');
  await mkdir(dist, { recursive: true });
  const sizes: Record<string, number> = {};
  for (const options of await bundles({ production: true })) {
    const file = basename(options.outfile);
    const { metafile } = await build({ ...options, outfile: join(dist, file) });
    for (const { bytes } of Object.values(metafile.outputs)) sizes[file] = bytes;
  }
  await chmod(join(dist, 'cli.js'), 0o755);
  for (const name of ['package.nls.json', 'media']) await cp(join(root, name), join(folder, name), { recursive: true });
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  // Activated by nobody but the benchmark, which wants to see it from its beginning.
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, activationEvents: [] }));
  return { extension: folder, dist, sizes };
}

/** An extension that does nothing, built the same way, in its own folder below `parent`. Resolves its id. */
export async function buildEmptyExtension(parent: string, name: string): Promise<string> {
  const id = `bench.${name}`;
  const folder = join(parent, `${id}-1.0.0`);
  const [options] = await bundles({ production: true });
  const { entryPoints: _, ...shared } = options ?? {};
  await build({
    ...shared,
    stdin: { contents: 'export function activate() {}', loader: 'ts' },
    outfile: join(folder, 'dist', 'extension.js'),
  });
  const manifest = {
    name,
    publisher: 'bench',
    version: '1.0.0',
    engines: { vscode: '^1.101.0' },
    main: './dist/extension.js',
    activationEvents: [],
    extensionKind: ['workspace'],
    capabilities: { untrustedWorkspaces: { supported: true } },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  return id;
}
