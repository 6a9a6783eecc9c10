import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errnoOf } from './errors.ts';
import { diskError, writeFileAtomic } from './files.ts';

/** A name for this host that stays when its address or name changes; made when there is none yet. */
export async function hostIdFrom(path: string): Promise<string> {
  try {
    const known = (await readFile(path, 'utf8')).trim();
    if (known !== '') return known;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw diskError(error, path);
  }
  const hostId = randomUUID();
  await writeFileAtomic(path, `${hostId}\n`);
  return hostId;
}
