import { basename } from 'node:path';
import { isEmpty, readLine, unquoted, type YamlKey, type YamlLine } from '../../config/yamlLine.ts';
import { type DeclaredProject, manifestNames } from './manifestFile.ts';

/**
 * The projects of a manifest, read from the text alone, so that it works while it is being written. A list in `[…]` is not
 * seen. Never throws.
 */
export function projectsIn(file: string, lines: readonly string[]): readonly DeclaredProject[] {
  const read = lines.map(readLine);
  return manifestNames.some((name) => name === basename(file)) ? entriesOf(read) : pluginOf(read);
}

/** A plugin.yaml describes one plugin. Files of that name without an `id` belong to other tools. */
function pluginOf(lines: readonly YamlLine[]): readonly DeclaredProject[] {
  const line = lines.findIndex(({ key }) => key?.column === 0 && key.key === 'id' && valueOf(key) !== '');
  const key = lines[line]?.key;
  return key === undefined ? [] : [{ pluginId: valueOf(key), root: '.', line }];
}

function entriesOf(lines: readonly YamlLine[]): readonly DeclaredProject[] {
  const start = lines.findIndex(({ key }) => key?.column === 0 && key.key === 'projects');
  if (start < 0) return [];
  const found: Entry[] = [];
  let dash: number | undefined;
  for (const [line, read] of lines.entries()) {
    if (line <= start || isEmpty(read)) continue;
    const [first] = read.dashes;
    if (first === undefined && read.column === 0) break;
    dash ??= first;
    if (dash === undefined) continue;
    const begins = first === dash;
    if (begins) found.push({ pluginId: undefined, root: '.', line, column: undefined });
    const entry = found.at(-1);
    if (entry === undefined || (begins && read.text.trim() === '')) continue;
    // The keys of an entry stand in one column: whatever is further right is inside of one of them, block scalars too.
    entry.column ??= read.column;
    if (read.key?.column !== entry.column) continue;
    const value = valueOf(read.key);
    if (value !== '' && read.key.key === 'id') entry.pluginId = value;
    if (value !== '' && read.key.key === 'root') entry.root = value;
  }
  return found
    .filter(({ column }) => column !== undefined)
    .map(({ pluginId, root, line }) => ({ pluginId, root, line }));
}

/** An entry that is being read. */
interface Entry {
  pluginId: string | undefined;
  root: string;
  readonly line: number;
  column: number | undefined;
}

const valueOf = ({ value }: YamlKey): string => unquoted(value.trim());
