import { randomUUID } from 'node:crypto';
import { chmod, link, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DevyardError, errnoOf } from '../../shared/errors.ts';
import { diskError, makeFolders, writeFileAtomic } from '../../shared/files.ts';
import { checkedPrivateKey, type KeyPair, makeRsaKey, publicLine } from './keys.ts';

/** Writes a private key where ssh, which wants a file, can read it. 0600, as a whole. */
export function writePrivateKey(path: string, privateKey: string): Promise<void> {
  return writeFileAtomic(path, privateKey);
}

/** Names that DevPod looks for in a machine's folder. */
export const devPodKeyName = 'id_devpod_rsa';

/**
 * The key by which DevPod and Devyard log in to a machine: what lies in the folder, else a new one is made there. Of two that
 * make one at once, both get the first. Throws `invalid` for a file that is no key: another one would lock out of the machine.
 */
export async function ensureDevPodKey(folder: string, make: () => Promise<KeyPair> = makeRsaKey): Promise<KeyPair> {
  const path = join(folder, devPodKeyName);
  const privateKey = (await readKey(path)) ?? (await writeNew(path, folder, (await make()).privateKey));
  const publicKey = await publicLine(privateKey);
  const publicFile = `${path}.pub`;
  const written = await readFile(publicFile, 'utf8').catch(() => '');
  if (!sameKey(written, publicKey)) await writeFileAtomic(publicFile, `${publicKey}\n`, 0o644);
  return { privateKey, publicKey };
}

async function readKey(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
    // ssh refuses a key that others may read, such as one out of a backup.
    if (process.platform !== 'win32') await chmod(path, 0o600);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw diskError(error, path);
  }
  try {
    return await checkedPrivateKey(text);
  } catch (error) {
    if (!(error instanceof DevyardError)) throw error;
    throw new DevyardError('invalid', `${path} cannot be used: ${error.message}`, {
      field: 'privateKey',
      hint: 'Put the key back that the machine knows. Only if there is no machine: delete the file to have a new one made.',
      cause: error,
    });
  }
}

/** A link is made in one step and never over a file that is there: whoever comes second uses the first one's key. */
async function writeNew(path: string, folder: string, privateKey: string): Promise<string> {
  await makeFolders(folder, 0o700);
  const aside = `${path}.${randomUUID()}.new`;
  await writeFileAtomic(aside, privateKey);
  try {
    await link(aside, path);
    return privateKey;
  } catch (error) {
    const first = errnoOf(error) === 'EEXIST' ? await readKey(path) : undefined;
    if (first === undefined) throw diskError(error, path);
    return first;
  } finally {
    await rm(aside, { force: true });
  }
}

function sameKey(line: string, other: string): boolean {
  const [, blob] = line.split(' ');
  return blob !== undefined && blob.trim() === other.split(' ')[1];
}
