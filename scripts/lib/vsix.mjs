// The extension as it would be published. Built anew only when something that goes into it changed.
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildAll } from '../../esbuild.mjs';
import { megabytes, run, step } from './run.mjs';
import { root } from './toolchain.mjs';

const inputs = ['src', 'media', 'l10n', 'schemas', 'esbuild.mjs', 'package-lock.json', '.vscodeignore', 'LICENSE'];
const topLevel = /^(package(\.nls.*)?\.json|(README|CHANGELOG)\.md)$/;

/** Newest change in milliseconds of a file, or of anything below a folder; 0 when there is none. */
async function newest(path) {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) return info?.mtimeMs ?? 0;
  const times = (await readdir(path)).map((name) => newest(join(path, name)));
  return Math.max(info.mtimeMs, ...(await Promise.all(times)));
}

async function changedAt() {
  const names = [...inputs, ...(await readdir(root)).filter((name) => topLevel.test(name))];
  return Math.max(...(await Promise.all(names.map((name) => newest(join(root, name))))));
}

/** Ensures `file` holds the present sources; resolves a text that changes whenever the package does. */
export async function ensureVsix(file) {
  const stamp = String(await changedAt());
  if ((await readFile(`${file}.stamp`, 'utf8').catch(() => '')) === stamp) return stamp;
  await mkdir(dirname(file), { recursive: true });
  await step('building', () => buildAll({ production: true }));
  const vsce = join(root, 'node_modules', '.bin', 'vsce');
  // A repository and a licence are checked when something is published; nothing is, here. Without a repository there is
  // no address either that the pictures of the README could be given.
  const args = ['package', '--no-dependencies', '--allow-missing-repository', '--skip-license'];
  args.push('--no-rewrite-relative-links', '--out', file);
  const { code, output } = await step('packaging', () => run(vsce, args, { cwd: root, quiet: true }));
  if (code !== 0) throw new Error(`vsce package failed:\n${output.trim()}`);
  await writeFile(`${file}.stamp`, stamp);
  process.stdout.write(`  ${file}, ${megabytes((await stat(file)).size)}\n`);
  return stamp;
}
