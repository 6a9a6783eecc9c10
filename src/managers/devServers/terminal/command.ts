import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DevyardError } from '../../shared/errors.ts';
import type { Command } from '../plan.ts';

export interface HolderPlace {
  /** Absolute path of terminalHolder.js. */
  readonly holder: string;
  /** A path of at most 103 bytes in a 0700 folder that is nobody else's; on Windows a `\\.\pipe\` name nobody can guess. */
  readonly socketPath: string;
  /** The Node.js that runs the holder. */
  readonly execPath: string;
}

/** The arguments that run `command` in a terminal of its own, see `terminalHolder.ts`. Start it with `terminalEnvironment`. */
export function terminalCommand(command: Command, { holder, socketPath, execPath }: HolderPlace): Command {
  return [execPath, holder, socketPath, '--', ...command];
}

/** What Node.js or Electron reads for itself: `NODE_OPTIONS=--inspect-brk=9229` is meant for the program, not for the holder. */
const forRuntime = /^(?:NODE_|ELECTRON_)/i;
const held = 'DEVYARD_HELD_';

/**
 * The whole environment to start a holder with, given that of the program: what would steer the holder is put aside for it, so
 * the result replaces what was given and must not be merged into it.
 */
export function terminalEnvironment(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const renamed = Object.entries(env).map(([name, value]) => [forRuntime.test(name) ? held + name : name, value]);
  return { ...Object.fromEntries(renamed), ELECTRON_RUN_AS_NODE: '1' };
}

/** The environment of the program, given that of its holder. */
export function programEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const own = Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || forRuntime.test(name)) return [];
    return [[name.startsWith(held) ? name.slice(held.length) : name, value]];
  });
  return { ...Object.fromEntries(own), TERM: 'xterm-256color', COLORTERM: 'truecolor' };
}

/** Where the native part lies: esbuild.mjs puts it beside the bundle, and `keepRuntime` copies it with it. */
export function nativeFile(folder: string, platform: NodeJS.Platform, arch: string): string {
  return join(folder, 'native', `${platform}-${arch}`, platform === 'win32' ? 'conpty.node' : 'pty.node');
}

/** Throws `unavailable` where this build of Devyard has no terminals for the system; everything else works there. */
export async function requireTerminal(
  holder: string,
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): Promise<void> {
  try {
    await access(nativeFile(dirname(holder), platform, arch));
  } catch (cause) {
    throw noTerminals(platform, arch, cause);
  }
}

export function noTerminals(platform: NodeJS.Platform, arch: string, cause: unknown): DevyardError {
  return new DevyardError('unavailable', `This build of Devyard has no terminals for ${platform}-${arch}.`, {
    hint: 'Remove “tty: true” from the process, or install the build of Devyard for this system.',
    cause,
  });
}
