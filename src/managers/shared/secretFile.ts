import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { DevyardError, errnoOf } from './errors.ts';
import { diskError, writeFileAtomic } from './files.ts';

/** What a secret is for, as a person reads it. A token may be of somebody's own choice, a key is always made here. */
type Purpose = 'token' | 'cookie key';

const leastLength: Readonly<Record<Purpose, number>> = { token: 16, 'cookie key': 32 };

/**
 * The secret in a 0600 file; made (256 random bits, base64url) when there is none.
 * Throws `invalid` for a file that others may read or that is too short to be a secret.
 */
export async function secretFromFile(path: string, purpose: Purpose = 'token'): Promise<string> {
  const field = purpose === 'token' ? { field: 'token-file' } : {};
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
      throw new DevyardError('invalid', `The ${purpose} file ${path} can be read by others.`, {
        ...field,
        hint: `Run: chmod 600 ${path}`,
      });
    }
    const least = leastLength[purpose];
    if (!/^[\x21-\x7e]*$/.test(secret) || secret.length < least) {
      throw new DevyardError(
        'invalid',
        `The ${purpose} file ${path} does not hold a ${purpose} of at least ${String(least)} printable characters.`,
        { ...field, hint: `Delete the file to have a new ${purpose} made.` },
      );
    }
    return secret;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw diskError(error, path);
  }
  const secret = randomBytes(32).toString('base64url');
  await writeFileAtomic(path, `${secret}\n`);
  return secret;
}
