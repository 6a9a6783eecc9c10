import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeTo } from '../../../src/views/codeServers/logExport.ts';
import { temporaryFolder } from '../../support/temporary.ts';

async function* chunks(...texts: readonly (string | Error)[]): AsyncGenerator<Buffer> {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield await Promise.resolve(Buffer.from(text));
  }
}

it('a log is written as it comes, and its size is told', async () => {
  await using folder = await temporaryFolder();
  const sizes: number[] = [];
  const file = join(folder.path, 'api.log');
  await writeTo(file, chunks('one\n', 'two\n'), (bytes) => sizes.push(bytes), new AbortController().signal);
  expect(await readFile(file, 'utf8')).toBe('one\ntwo\n');
  expect(sizes).toEqual([4, 8]);
});

it('half a log is not left behind', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'api.log');
  const broken = chunks('one\n', new Error('gone'));
  await expect(writeTo(file, broken, () => undefined, new AbortController().signal)).rejects.toThrow('gone');
  const abort = new AbortController();
  const cancelled = writeTo(file, chunks('one\n', 'two\n'), () => abort.abort(), abort.signal);
  await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
  expect(await readdir(folder.path)).toEqual([]);
});
