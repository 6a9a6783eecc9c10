import { join, posix } from 'node:path';
import { type ParseError, parse } from 'jsonc-parser';
import type { ProjectFiles } from '../manifest/projectFiles.ts';
import { matcherNames } from '../manifest/buildSchema.ts';
import type { ManifestBuild } from '../manifest/schema.ts';
import { packageFactsOf, runScript } from '../presets/packageFacts.ts';
import { Draft, type Proposal } from './proposal.ts';
import { wordsOf } from './words.ts';

type Fields = Readonly<Record<string, unknown>>;
type Read =
  { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> } | { readonly reason: string };

/** From `.vscode/tasks.json` (JSON with comments): background tasks are processes, tasks of the group *build* are builds. */
export async function fromVscodeTasks(folder: string, files: ProjectFiles): Promise<Proposal | undefined> {
  const text = await files.readText(join(folder, '.vscode', 'tasks.json'));
  if (text === undefined) return undefined;
  const errors: ParseError[] = [];
  const tasks = asList(fields(parseJsonc(text, errors))['tasks']).map(fields);
  const manager = (await packageFactsOf(folder, files))?.manager ?? 'npm';
  const draft = new Draft('.vscode/tasks.json');
  const made: {
    readonly task: Fields;
    readonly title: string;
    readonly part: ManifestBuild;
    readonly background: boolean;
  }[] = [];
  for (const task of tasks) {
    const title = titleOf(task);
    const background = task['isBackground'] === true;
    const group = fields(task['group'])['kind'] ?? task['group'];
    const read = commandOf(task, (script) => runScript(manager, script));
    if (!background && group !== 'build') draft.leaveOut(title, 'is neither a background task nor in the group build');
    else if ('reason' in read) draft.leaveOut(title, read.reason);
    else {
      const cwd = withRoot(stringAt(fields(task['options']), 'cwd') ?? '');
      if (cwd === undefined) draft.leaveOut(title, 'runs in a folder that only the editor knows');
      else if (!staysInside(cwd)) draft.leaveOut(title, 'runs outside of the folder');
      else made.push({ task, title, background, part: { ...parts(read), ...(cwd === '' ? {} : { cwd }) } });
      if ('dependsOn' in task) draft.note(`“${title}” waits for other tasks, which is not taken over: see dependsOn.`);
      if (['windows', 'osx', 'linux'].some((system) => system in task)) {
        draft.note(`“${title}” says something else for some systems, which is not taken over.`);
      }
    }
  }
  for (const { title, part, background, task } of made) {
    if (background) draft.process(title, part);
    else draft.build(title, { ...part, ...problemsOf(task) });
  }
  return draft.proposal(folder);
}

/** Nested without end, a text would exhaust the parser's stack. */
function parseJsonc(text: string, errors: ParseError[]): unknown {
  try {
    return parse(text, errors, { allowTrailingComma: true }) as unknown;
  } catch {
    return undefined;
  }
}

const parts = ({ command, env }: Extract<Read, { command: unknown }>): ManifestBuild => ({
  command,
  ...(Object.keys(env).length === 0 ? {} : { env }),
});

function titleOf(task: Fields): string {
  return stringAt(task, 'label') ?? stringAt(task, 'taskName') ?? stringAt(task, 'script') ?? 'task';
}

function commandOf(task: Fields, ofScript: (script: string) => readonly string[]): Read {
  const env = environmentOf(fields(fields(task['options'])['env']));
  if (env === undefined) return { reason: 'has variables that only the editor knows' };
  const type = stringAt(task, 'type') ?? 'shell';
  if (type === 'npm') {
    const script = stringAt(task, 'script') ?? '';
    return /^[\w:.-]+$/.test(script) && !script.startsWith('-')
      ? { command: ofScript(script), env }
      : { reason: 'names no script that could be run' };
  }
  const given = [task['command'], ...asList(task['args'])].map((word) => stringAt(fields(word), 'value') ?? word);
  if (!given.every((word) => typeof word === 'string' && word !== '')) return { reason: 'has no command' };
  const words = (given as string[]).map(withRoot);
  if (!words.every((word) => word !== undefined)) return { reason: 'uses variables that only the editor knows' };
  if (type === 'process') return { command: words, env };
  if (type !== 'shell') return { reason: `is of the type ${type.slice(0, 40)}, which an extension runs` };
  // What a shell would leave as it is, is one word whoever reads it.
  const read = wordsOf(words.join(' ').replaceAll('${root}', rootMark));
  if (!read.ok) return { reason: read.reason };
  if (read.wantsPort) return { reason: 'asks a shell for $PORT' };
  return {
    command: read.words.map((word) => word.replaceAll(rootMark, '${root}')),
    env: { ...env, ...read.env },
  };
}

/** Stands for `${root}` while words are taken apart; made of letters, so that it is part of a word. */
const rootMark = '/devyard-root-of-the-project';

/** The editor's variables for the folder as ours; undefined for a text with others. */
function withRoot(text: string): string | undefined {
  const read = text.replaceAll(/\$\{(?:workspaceFolder|workspaceRoot)\}/g, '${root}');
  return /\$\{(?!root\})/.test(read) || text.includes('${root}') ? undefined : read;
}

function environmentOf(given: Fields): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(given).map(([name, value]) => [name, withRoot(String(value))] as const);
  const usable = entries.every(
    ([name, value]) => /^[A-Za-z_]\w*$/.test(name) && value !== undefined && !value.includes('\0'),
  );
  return usable ? (Object.fromEntries(entries) as Record<string, string>) : undefined;
}

/** `$tsc-watch`, `$go` and the like are known here without their `$`. */
function problemsOf(task: Fields): Pick<ManifestBuild, 'problems'> {
  const given = task['problemMatcher'];
  const found = (Array.isArray(given) ? given : [given]).flatMap((matcher) => {
    const name = typeof matcher === 'string' ? matcher.replace(/^\$/, '').replace(/-.*$/, '') : '';
    return matcherNames.find((known) => known === name) ?? [];
  });
  return found.length === 0 ? {} : { problems: [...new Set(found)] };
}

function stringAt(from: Fields, key: string): string | undefined {
  const value = Object.hasOwn(from, key) ? from[key] : undefined;
  return typeof value === 'string' && value !== '' && !value.includes('\0') ? value : undefined;
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** `${root}` and what lies below it, or a relative path that does not climb. */
function staysInside(cwd: string): boolean {
  const path = cwd.replace(/^\$\{root\}(?=$|\/)/, '.');
  if (path.includes('${root}') || /^(?:[/\\~]|[A-Za-z]:)/.test(path)) return false;
  const inside = posix.normalize(path.replaceAll('\\', '/'));
  return inside !== '..' && !inside.startsWith('../');
}
