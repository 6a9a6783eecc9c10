import { isAbsolute } from 'node:path';
import { DevyardError } from '../shared/errors.ts';

/** Characters. */
export const maxNameLength = 64;

/** A label for people. Returns it trimmed, or throws `invalid` naming what is wrong with it. */
export function validName(name: string): string {
  const trimmed = name.trim();
  const problem = nameProblem(trimmed);
  if (problem !== undefined) {
    throw new DevyardError('invalid', `The name ${problem}.`, {
      field: 'name',
      hint: `Use 1 to ${String(maxNameLength)} characters without line ends, slashes or backslashes.`,
    });
  }
  return trimmed;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (Array.from(name).length > maxNameLength) return `is longer than ${String(maxNameLength)} characters`;
  if (/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(name))
    return 'holds a line end or another control character';
  if (/[/\\]/.test(name)) return 'holds a slash or a backslash';
  if (name === '.' || name === '..') return 'is a path';
  return undefined;
}

export function validAbsolutePath(path: string, field: string): string {
  if (isAbsolute(path) && !path.includes('\0')) return path;
  throw new DevyardError('invalid', `“${path.replaceAll('\0', '')}” is not an absolute path.`, {
    field,
    hint: 'Give the whole path.',
  });
}

/** Arguments that decide who can reach a server, or where it keeps what Devyard looks after. */
const reservedArguments = [
  '--auth',
  '--bind-addr',
  '--cert',
  '--cert-key',
  '--cert-host',
  '--config',
  '--extensions-dir',
  '--hashed-password',
  '--host',
  '--link',
  '--password',
  '--port',
  '--session-socket',
  '--socket',
  '--socket-fd',
  '--socket-mode',
  '--user-data-dir',
];

/** With these, code-server does something else and ends, hands over to one that runs, or wants a screen. */
const neverServing = [
  '-h',
  '-n',
  '-r',
  '-v',
  '--help',
  '--install-extension',
  '--list-extensions',
  '--locate-extension',
  '--new-window',
  '--open',
  '--reuse-window',
  '--show-versions',
  '--uninstall-extension',
  '--version',
];

export function validArguments(args: readonly string[]): readonly string[] {
  for (const [index, arg] of args.entries()) {
    const field = `args.${String(index)}`;
    const name = arg.split('=', 1)[0] ?? '';
    if (arg === '--')
      throw new DevyardError('invalid', '“--” would end the options.', { field, hint: 'Leave it out.' });
    if (arg.includes('\0')) throw new DevyardError('invalid', 'An argument holds a zero byte.', { field });
    if (reservedArguments.includes(name)) {
      throw new DevyardError('invalid', `The argument ${name} is Devyard's own.`, { field, hint: 'Leave it out.' });
    }
    if (neverServing.includes(name)) {
      throw new DevyardError('invalid', `With ${name}, code-server would not serve.`, { field, hint: 'Leave it out.' });
    }
    if (!arg.startsWith('-') && (index === 0 || !(args[index - 1] ?? '').startsWith('--'))) {
      throw new DevyardError('invalid', `“${arg}” would be opened as a folder.`, { field, hint: 'Pass options only.' });
    }
  }
  return args;
}

/** Environment variables that would let a server loose from its keeper. */
const reservedVariables = ['DEVYARD_RUN', 'PASSWORD', 'HASHED_PASSWORD'];

export function validEnvironment(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(env)) {
    const field = `env.${name}`;
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      throw new DevyardError('invalid', `“${name}” is no name for an environment variable.`, {
        field,
        hint: 'Use letters, digits and underscores.',
      });
    }
    if (reservedVariables.includes(name)) {
      throw new DevyardError('invalid', `The variable ${name} is Devyard's own.`, { field, hint: 'Leave it out.' });
    }
    if (value.includes('\0')) throw new DevyardError('invalid', `The value of ${name} holds a zero byte.`, { field });
  }
  return env;
}
