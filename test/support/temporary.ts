import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Temporary extends AsyncDisposable {
  readonly path: string;
}

/** A folder of one's own (its real path, because servers compare real paths) that is erased on disposal. */
export async function temporaryFolder(prefix = 'devyard-test-'): Promise<Temporary> {
  const path = await realpath(await mkdtemp(join(tmpdir(), prefix)));
  // A process that was just ended may still be writing its last files.
  const erase = () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return { path, [Symbol.asyncDispose]: erase };
}
