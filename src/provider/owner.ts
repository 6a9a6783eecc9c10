import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../managers/shared/errors.ts';
import type { Environment } from './readers.ts';

const fileName = 'devyard-owner';
const form = /^[\da-f]{12}$/;

/**
 * What tells this DevPod from others on the same Dokploy server: twelve hexadecimal digits, kept in the provider's folder.
 * Undefined where DevPod named no folder that can be written.
 */
export async function ownerOf(env: Environment): Promise<string | undefined> {
  const folder = (env['PROVIDER_FOLDER'] ?? '').trim();
  if (folder === '') return undefined;
  const file = join(folder, fileName);
  const before = await read(file);
  if (before !== undefined) return before;
  const made = randomBytes(6).toString('hex');
  try {
    await writeFile(file, `${made}\n`, { flag: 'wx', mode: 0o600 });
    return made;
  } catch (error) {
    // Somebody else made it just now; and a folder that cannot be written will not be written by a later command either.
    return errnoOf(error) === 'EEXIST' ? read(file) : undefined;
  }
}

async function read(file: string): Promise<string | undefined> {
  const text = (await readFile(file, 'utf8').catch(() => '')).trim();
  return form.test(text) ? text : undefined;
}
