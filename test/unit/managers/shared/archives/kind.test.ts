import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { extractArchive } from '../../../../../src/managers/shared/archives/extract.ts';
import { archiveKind } from '../../../../../src/managers/shared/archives/kind.ts';
import { rawTarGz, rawZip } from '../../../../support/rawArchives.ts';
import { temporaryFolder } from '../../../../support/temporary.ts';

it('tells archives by what they are, not by their names', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'work.tar.gz');
  for (const [bytes, kind] of [
    [rawZip([{ name: 'a' }]), 'zip'],
    [rawZip([]), 'zip'],
    [rawTarGz([{ name: 'a' }]), 'tar.gz'],
    [Buffer.from('PK'), undefined],
    [Buffer.alloc(0), undefined],
  ] as const) {
    await writeFile(file, bytes);
    expect(await archiveKind(file)).toBe(kind);
  }
  await expect(archiveKind(join(folder.path, 'missing'))).rejects.toMatchObject({ code: 'unavailable' });
});

it('waits for no pipe, and takes no folder, device or socket for an archive', async () => {
  await using folder = await temporaryFolder();
  const [pipe, socket, into] = ['pipe', 'socket', 'into'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ];
  execFileSync('mkfifo', [pipe]);
  await mkdir(into);
  const server = createServer().listen(socket);
  try {
    for (const path of [pipe, socket, folder.path, '/dev/zero']) {
      expect(await archiveKind(path)).toBeUndefined();
      await expect(extractArchive(path, into)).rejects.toMatchObject({ code: 'invalid', field: 'archive' });
    }
  } finally {
    server.close();
  }
});
