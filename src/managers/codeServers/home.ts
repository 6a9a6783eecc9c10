import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../shared/errors.ts';
import { diskError, makePrivateDir, writeFileAtomic } from '../shared/files.ts';
import type { CodeServerPaths } from './launchPlan.ts';
import type { CodeServerDefinition } from './model.ts';
import { parseDefinition } from './stored.ts';

/**
 * Makes a server's folders, and its own copy of its definition beside its data, from which a lost database is rebuilt.
 * Making them again changes nothing.
 */
export async function makeHome(definition: CodeServerDefinition, paths: CodeServerPaths): Promise<void> {
  try {
    await makePrivateDir(paths.home);
    await Promise.all([mkdir(paths.userData, { recursive: true }), mkdir(paths.extensions, { recursive: true })]);
    if (definition.folderOwned) await mkdir(definition.folder, { recursive: true, mode: 0o700 });
    // Present, so that code-server does not write one of its own with a password in it.
    await writeFile(paths.configFile, '{}\n', { mode: 0o600 });
  } catch (error) {
    throw diskError(error, paths.home);
  }
  await writeFileAtomic(paths.definitionFile, `${JSON.stringify(definition, undefined, 2)}\n`);
}

/** The definitions that lie beside their servers' data, for those the database knows nothing of. */
export async function definitionsOnDisk(homes: string): Promise<readonly CodeServerDefinition[]> {
  let names: string[];
  try {
    names = await readdir(homes);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  const found = await Promise.all(
    names.filter((name) => !name.startsWith('.')).map((name) => readDefinition(homes, name)),
  );
  return found.filter((definition) => definition !== undefined);
}

async function readDefinition(homes: string, name: string): Promise<CodeServerDefinition | undefined> {
  try {
    const definition = parseDefinition(await readFile(join(homes, name, 'server.json'), 'utf8'));
    return definition.id === name ? definition : undefined;
  } catch {
    return undefined;
  }
}

/** A folder name that a person recognises: the server's name without what file systems and shells dislike. */
export function slugOf(name: string): string {
  const clean = name.normalize('NFC').replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '-');
  const slug = cut(clean.replace(/^[.-]+/, '')).replace(/[.-]+$/, '');
  return slug === '' ? 'workspace' : slug;
}

/** File systems take names of 255 bytes; some of that is left for whoever puts something behind the name. */
const maxSlugBytes = 200;

function cut(text: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxSlugBytes) break;
    kept += character;
  }
  return kept;
}
