import { randomBytes } from 'node:crypto';
import { chmod, readFile, rename, stat } from 'node:fs/promises';
import { DevyardError, errnoOf } from '../errors.ts';
import { diskError, writeFileAtomic } from '../files.ts';
import { keyBytes } from './sealed.ts';

interface KeyFileOptions {
  readonly path: string;
  /** Milliseconds since the epoch, for the name of a file that is put aside. */
  readonly now: number;
  readonly onProblem: (error: DevyardError) => void;
}

/**
 * The key in a 0600 file: 32 random bytes as base64url; made where there is none. A file that others may read is made
 * private and reported; one that holds no key is put aside, reported, and replaced. Rejects what the disk refuses.
 */
export async function keyFromFile({ path, now, onProblem }: KeyFileOptions): Promise<Buffer> {
  let text: string | undefined;
  try {
    text = await readFile(path, 'utf8');
    if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
      await chmod(path, 0o600);
      onProblem(
        new DevyardError('forbidden', `The key file ${path} could be read by others; it is private now.`, {
          hint: 'If somebody may have copied it together with the database, change the passwords that Devyard keeps.',
        }),
      );
    }
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw diskError(error, path);
  }
  const found = text === undefined ? undefined : keyIn(text);
  if (found !== undefined) return found;
  if (text !== undefined) await putAside(path, now, onProblem);
  const key = randomBytes(keyBytes);
  await writeFileAtomic(path, `${key.toString('base64url')}\n`);
  return key;
}

function keyIn(text: string): Buffer | undefined {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, 'base64url');
  return key.length === keyBytes && key.toString('base64url') === trimmed ? key : undefined;
}

async function putAside(path: string, now: number, onProblem: KeyFileOptions['onProblem']): Promise<void> {
  const aside = `${path}.corrupt-${String(now)}`;
  await rename(path, aside).catch((error: unknown) => {
    throw diskError(error, path);
  });
  onProblem(
    new DevyardError('store-corrupt', `The key file ${path} holds no key and was put aside as ${aside}.`, {
      hint: 'Passwords that Devyard kept cannot be read without it; put the right file back, or have new ones made.',
    }),
  );
}
