import { execFile } from 'node:child_process';
import { open, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { StreamFile } from './streamFile.ts';

const run = promisify(execFile);
const PROBE_BYTES = 1024 * 1024;

/** Frees the disk blocks before an offset of a file that a child may have open for append, losing nothing after it. */
export interface HeadFreer {
  free(file: StreamFile, cut: number): Promise<void>;
}

/**
 * Punches a hole into the file's head (util-linux fallocate(1), FALLOC_FL_PUNCH_HOLE): the offsets and the child's
 * descriptor stay as they are, so nothing can be lost in a race. Whether that works here is tried once on a file of our own.
 * Elsewhere the file's rest is copied aside and the file is truncated.
 */
export function headFreer(folder: string): HeadFreer {
  let probed: Promise<boolean> | undefined;
  return {
    async free(file, cut) {
      // What was truncated meanwhile has no head any more; its new beginning must not be touched.
      if (cut <= file.start || ((await file.end()) ?? 0) < cut) return;
      probed ??= canPunchHoles(folder);
      if (await probed) {
        try {
          await punchHead(file.path, file.headBytes(cut));
          return;
        } catch {
          probed = Promise.resolve(false);
        }
      }
      await file.copyTruncate(cut);
    },
  };
}

/** The way of platforms that cannot punch holes. */
export const copyTruncateFreer: HeadFreer = {
  async free(file, cut) {
    if (cut > file.start) await file.copyTruncate(cut);
  },
};

async function punchHead(path: string, length: number): Promise<void> {
  if (length === 0) return;
  await run('fallocate', ['--punch-hole', '--offset', '0', '--length', String(length), path]);
}

/** Whether holes can be punched in the filesystem of this folder. */
export async function canPunchHoles(folder: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const path = join(folder, `.probe-${process.pid}`);
  try {
    await writeFile(path, Buffer.alloc(PROBE_BYTES, 1), { mode: 0o600 });
    // Blocks are given out late on some filesystems; only after a sync does their number say anything.
    await sync(path);
    const before = (await stat(path)).blocks;
    await punchHead(path, PROBE_BYTES / 2);
    return (await stat(path)).blocks < before;
  } catch {
    return false;
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  await handle.sync().finally(() => handle.close());
}
