import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { DevyardError, errnoOf } from './errors.ts';
import { writeFileAtomic } from './files.ts';

/**
 * The secret in a 0600 file; made (256 random bits, base64url) when there is none.
 * Throws `invalid` for a file that others may read or that is too short to be a secret.
 */
export async function secretFromFile(path: string): Promise<string> {
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
      throw new DevyardError('invalid', `The token file ${path} can be read by others.`, {
        field: 'token-file',
        hint: `Run: chmod 600 ${path}`,
      });
    }
    if (!/^[\x21-\x7e]{16,}$/.test(secret)) {
      throw new DevyardError(
        'invalid',
        `The token file ${path} does not hold a token of at least 16 printable characters.`,
        {
          field: 'token-file',
          hint: 'Delete the file to have a new token made.',
        },
      );
    }
    return secret;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const secret = randomBytes(32).toString('base64url');
  await writeFileAtomic(path, `${secret}\n`);
  return secret;
}
