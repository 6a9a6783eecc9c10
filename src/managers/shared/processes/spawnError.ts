import { DevyardError, messageOf } from '../errors.ts';
import type { RunSpec } from './types.ts';

/** Says why a process could not be started and what to do. `code` is the errno of the system call, if known. */
export function startFailed(
  spec: RunSpec,
  code: string | undefined,
  cause: unknown,
  folderMissing: boolean,
): DevyardError {
  const { reason, hint } = folderMissing
    ? { reason: `the folder ${spec.cwd} does not exist`, hint: 'Create the folder again or choose another one.' }
    : explain(spec, code, cause);
  return new DevyardError('start-failed', `${spec.command} could not be started: ${reason}.`, { hint, cause });
}

function explain(spec: RunSpec, code: string | undefined, cause: unknown): { reason: string; hint: string } {
  switch (code) {
    case 'ENOENT':
      return {
        reason: 'there is no such program',
        hint: 'Install it, or set the path of the executable. A script also needs the interpreter its first line names.',
      };
    case 'ENOTDIR':
      return { reason: `${spec.cwd} is not a folder`, hint: 'Choose a folder to run in.' };
    case 'EACCES':
    case 'EPERM':
      return {
        reason: 'permission was denied',
        hint: `Make the program executable and the folder ${spec.cwd} enterable for your user.`,
      };
    case 'ENOEXEC':
      return { reason: 'it is no program for this system', hint: 'Install the build for this system and processor.' };
    case 'ETXTBSY':
      return { reason: 'the program is being written right now', hint: 'Try again when its installation has ended.' };
    case 'E2BIG':
      return { reason: 'its arguments and variables are too long', hint: 'Shorten the arguments or the environment.' };
    case 'ENOSPC':
    case 'EDQUOT':
      return { reason: 'the disk of its log files is full', hint: `Free some space for ${spec.stdoutFile}.` };
    case 'EAGAIN':
    case 'ENOMEM':
      return { reason: 'the system has no process or memory left', hint: 'End other programs, then try again.' };
    case 'EMFILE':
    case 'ENFILE':
      return { reason: 'too many files are open', hint: 'Stop what you do not need, or raise the limit (ulimit -n).' };
    case undefined:
    default:
      return { reason: messageOf(cause), hint: 'Look at the program, its arguments and its folder.' };
  }
}
