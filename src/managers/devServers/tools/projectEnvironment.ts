import { parseEnv } from 'node:util';
import { withoutEditor } from '../../shared/editorPath.ts';
import { DevyardError } from '../../shared/errors.ts';
import type { Environment } from '../plan.ts';

export interface EnvironmentParts {
  /** The daemon's own. */
  readonly base: Readonly<Record<string, string | undefined>>;
  /** What the plan of the project and of its process say; the later ones win. */
  readonly plan: readonly Environment[];
  /** The dotenv file and its text. */
  readonly envFile?: { readonly path: string; readonly text: string };
  readonly platform: NodeJS.Platform;
}

/** The editor's, Electron's and Devyard's own: with `ELECTRON_RUN_AS_NODE`, say, every Electron app would start as Node.js. */
const editors = /^(?:VSCODE_|ELECTRON_|NODE_EXEC_PATH$)/i;
/** Nobody else's to say: a run is found again by `DEVYARD_RUN`. */
const ours = /^DEVYARD_/i;

/**
 * The whole environment of a project's process: the daemon's without the editor's variables, then the dotenv file, then the
 * plan, as Compose does it. Throws `invalid` for a broken file; no error holds a value.
 */
export function projectEnvironment({
  base,
  plan,
  envFile,
  platform,
}: EnvironmentParts): Readonly<Record<string, string>> {
  const env = new Map<string, readonly [name: string, value: string]>();
  const put = (name: string, value: string): void => {
    if (ours.test(name)) return;
    // Windows takes `Path` and `PATH` for one; of two, a child would see either.
    env.set(platform === 'win32' ? name.toUpperCase() : name, [name, value]);
  };
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && !editors.test(name)) put(name, value);
  }
  const path = env.get('PATH');
  if (path !== undefined) put(path[0], withoutEditor(path[1], platform));
  const parts = [...(envFile === undefined ? [] : [readEnvFile(envFile.path, envFile.text)]), ...plan];
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) put(name, value);
  }
  return Object.fromEntries(env.values());
}

/** The variables of a dotenv file. Throws `invalid`, naming file and line. */
export function readEnvFile(path: string, text: string): Environment {
  const fault = faultOf(text);
  if (fault !== undefined) {
    throw new DevyardError('invalid', `${path} is no good dotenv file: ${fault}.`, {
      hint: 'Write one NAME=value a line; put a value of several lines in quotes; begin a comment with #.',
      field: 'envFile',
    });
  }
  // Node's own reader takes the mark for a part of the first name.
  return parseEnv(text.replace(/^\uFEFF/, '')) as Environment;
}

const entry = /^[^\S\n]*(?:export[^\S\n]+)?[A-Za-z_][\w.-]*[^\S\n]*=[^\S\n]*/;

/** Node's reader skips in silence what it does not understand; what is skipped is a variable that somebody misses. */
function faultOf(text: string): string | undefined {
  if (text.includes('\0')) return 'it holds a NUL character';
  if (text.includes('\uFFFD')) return 'it is not UTF-8';
  const clean = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  for (let at = 0, line = 1; at < clean.length;) {
    const rest = clean.slice(at);
    const skipped = /^[^\S\n]*(?:#[^\n]*)?(?:\n|$)/.exec(rest)?.[0];
    if (skipped !== undefined) {
      if (skipped === '') break;
      at += skipped.length;
      line += 1;
      continue;
    }
    const start = entry.exec(rest)?.[0];
    if (start === undefined) return `line ${String(line)} is not NAME=value`;
    const end = endOfValue(clean, at + start.length);
    if (end === undefined) return `line ${String(line)} opens a quote that is never closed`;
    line += clean.slice(at, end).split('\n').length - 1;
    at = end;
  }
  return undefined;
}

/** The index after the line that a value ends in. */
function endOfValue(text: string, at: number): number | undefined {
  const quote = /["'`]/.test(text.charAt(at)) ? text.charAt(at) : undefined;
  const close = quote === undefined ? at : text.indexOf(quote, at + 1);
  if (close === -1) return undefined;
  const newline = text.indexOf('\n', close);
  return newline === -1 ? text.length : newline + 1;
}
