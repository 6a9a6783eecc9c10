import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { Budget } from './budget.ts';
import { type ArchiveKind, kindOf, openArchive } from './kind.ts';
import { Pace } from './pace.ts';
import { Problems } from './problems.ts';
import { unpackTar } from './tar.ts';
import { Tree } from './tree.ts';
import { defaultLimits, type ExtractOptions } from './types.ts';
import type { Unpacking } from './unpacking.ts';
import { unpackZip } from './zip.ts';

/**
 * Unpacks a zip or tar.gz archive into an empty folder that nobody else writes to (see `fillFolder`); what the archive says
 * is trusted in nothing. Throws `invalid` with the field for an archive that is damaged, hostile, too much or of a kind that
 * is not known or not among `options.kinds`, `disk-full`, or the signal's reason. When it has thrown nothing is written any more, but what was written lies there still.
 */
export async function extractArchive(path: string, into: string, options: ExtractOptions = {}): Promise<void> {
  const problems = new Problems(options.name ?? basename(path), options.field ?? 'archive');
  const kinds = options.kinds ?? allKinds;
  const file = await openArchive(path);
  if (file === undefined) throw problems.neitherKind(kinds);
  try {
    const unpack = unpackers[await requireKind(file, kinds, problems)];
    const budget = new Budget({ ...defaultLimits, ...options.limits }, (await file.stat()).size, problems);
    const pace = new Pace(options);
    const tree = new Tree(into, { budget, problems, pace });
    try {
      await unpack({ file, tree, budget, problems, pace });
      await tree.finish();
    } finally {
      await tree.settle();
    }
    pace.report();
  } finally {
    await file.close();
  }
}

const unpackers: Readonly<Record<ArchiveKind, (unpacking: Unpacking) => Promise<void>>> = {
  zip: unpackZip,
  'tar.gz': unpackTar,
};

const allKinds: readonly ArchiveKind[] = ['zip', 'tar.gz'];

async function requireKind(file: FileHandle, kinds: readonly ArchiveKind[], problems: Problems): Promise<ArchiveKind> {
  const kind = await kindOf(file);
  if (kind === undefined) throw problems.neitherKind(kinds);
  if (!kinds.includes(kind)) throw problems.refusedKind(kind, kinds);
  return kind;
}
