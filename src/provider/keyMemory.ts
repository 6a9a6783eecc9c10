import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyHistory } from '../managers/dokploy/api/keyCheck.ts';
import { makePrivateDir, writeFileAtomic } from '../managers/shared/files.ts';
import type { ConnectionOptions } from './connectionOptions.ts';

/** Nothing is known of the key. */
const none: KeyHistory = { unlimited: false, lastWorkedAt: null };
/** Keys that are remembered; the one that worked longest ago is forgotten. */
const most = 20;

type Entries = Readonly<Record<string, KeyHistory>>;

/**
 * What is known of API keys from before: only so can a key that was deleted be told from a wrong one. The keys themselves
 * are not written down.
 */
export interface KeyMemory {
  read(): Promise<KeyHistory>;
  write(history: KeyHistory): Promise<void>;
}

/** `folder` is made when something is to be kept. */
export function openKeyMemory(folder: string, { url, apiKey }: Pick<ConnectionOptions, 'url' | 'apiKey'>): KeyMemory {
  const file = join(folder, 'provider-keys.json');
  const name = createHash('sha256').update(`${url}\n${apiKey}`).digest('hex');
  return {
    read: async () => (await readEntries(file))[name] ?? none,
    async write(history) {
      const entries = { ...(await readEntries(file)), [name]: history };
      const kept = Object.entries(entries)
        .toSorted(([, a], [, b]) => (b.lastWorkedAt ?? 0) - (a.lastWorkedAt ?? 0))
        .slice(0, most);
      await makePrivateDir(folder);
      await writeFileAtomic(file, `${JSON.stringify(Object.fromEntries(kept))}\n`);
    },
  };
}

async function readEntries(file: string): Promise<Entries> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, entry]) => isHistory(entry)));
  } catch {
    return {};
  }
}

function isHistory(value: unknown): value is KeyHistory {
  const { unlimited, lastWorkedAt } = (value ?? {}) as Partial<KeyHistory>;
  return typeof unlimited === 'boolean' && (lastWorkedAt === null || typeof lastWorkedAt === 'number');
}
