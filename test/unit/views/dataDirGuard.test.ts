import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyNotErase } from '../../../src/views/daemon/dataDirGuard.ts';

describe('erasing the data folder', () => {
  let root: string;
  let dataDir: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'devyard-guard-'));
    dataDir = join(root, 'data');
    await mkdir(join(dataDir, 'sub'), { recursive: true });
    await writeFile(join(dataDir, 'devyard.db'), '');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('is allowed for Devyard’s own', async () => {
    expect(await whyNotErase(dataDir, [root, '/home/somebody'])).toBeUndefined();
  });

  it('is refused for a folder without Devyard’s files, or with a folder of their name', async () => {
    await rm(join(dataDir, 'devyard.db'));
    expect(await whyNotErase(dataDir, [])).toBe('foreign');
    await mkdir(join(dataDir, 'devyard.db'));
    expect(await whyNotErase(dataDir, [])).toBe('foreign');
  });

  it('is refused for what is or holds something precious, also over a link', async () => {
    const link = join(root, 'link');
    await symlink(join(dataDir, 'sub'), link);
    expect(await whyNotErase(dataDir, [dataDir])).toBe('precious');
    expect(await whyNotErase(dataDir, [join(dataDir, 'sub')])).toBe('precious');
    expect(await whyNotErase(dataDir, [link])).toBe('precious');
    expect(await whyNotErase('/', [])).toBe('precious');
    expect(await whyNotErase('relative', [])).toBe('precious');
  });

  it('is refused for a link and for what is not there', async () => {
    const link = join(root, 'link');
    await symlink(dataDir, link);
    expect(await whyNotErase(link, [])).toBe('not-a-folder');
    expect(await whyNotErase(join(root, 'none'), [])).toBe('not-a-folder');
  });
});
