import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf } from '../../shared/errors.ts';
import { diskError, writeFileAtomic } from '../../shared/files.ts';
import { isRegistry, registryName } from './installed.ts';

/** Longer than a code-server takes to write the few kilobytes. */
const settleMs = 200;

/**
 * Puts a damaged register of the extensions aside; code-server then makes a new one from what lies in the folder. It writes
 * the register in place, so one that is killed over it leaves a torn one, and no code-server reads that folder's
 * extensions, or installs another, any more. Resolves the register's text, undefined when there is none. `now` names
 * the file that is put aside (milliseconds).
 */
export async function repairRegistry(folder: string, now: number): Promise<string | undefined> {
  const text = await readRegistryText(folder);
  if (text === undefined || isRegistry(text)) return text;
  // A running code-server may be writing it at this very moment.
  await delay(settleMs);
  const again = await readRegistryText(folder);
  if (again === undefined || isRegistry(again)) return again;
  const path = join(folder, registryName);
  await rename(path, `${path}.corrupt-${String(now)}`);
  return undefined;
}

/** Puts the register back as it was when whoever was ended in the middle has torn it. */
export async function restoreRegistry(folder: string, text: string | undefined): Promise<void> {
  const left = await readRegistryText(folder);
  if (left === undefined || isRegistry(left)) return;
  await writeFileAtomic(join(folder, registryName), text ?? '[]', 0o644);
}

async function readRegistryText(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, registryName), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw diskError(error, join(folder, registryName));
  }
}
