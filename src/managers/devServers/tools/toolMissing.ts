import { DevyardError } from '../../shared/errors.ts';
import { searchFolders, type SearchContext } from './search.ts';

/** The setting that names programs: tool → absolute path. */
export const toolsSetting = 'devyard.devServers.tools';

const installations: Readonly<Record<string, string>> = {
  pnpm: 'Install it (`npm install -g pnpm`, or `corepack enable`)',
  yarn: 'Install it (`npm install -g yarn`, or `corepack enable`)',
  bun: 'Install it (`npm install -g bun`)',
  npm: 'Install Node.js, which brings npm (https://nodejs.org)',
  npx: 'Install Node.js, which brings npx (https://nodejs.org)',
  node: 'Install Node.js (https://nodejs.org)',
  go: 'Install Go (https://go.dev/dl)',
  cargo: 'Install Rust (https://rustup.rs)',
};

/** A tool that is nowhere. `why` tells why it is wanted, where the command does not say so itself. */
export function notFound(name: string, why: string | undefined, context: SearchContext): DevyardError {
  const nothing = searchFolders(context).length === 0;
  const reason = why === undefined ? '' : ` ${why}`;
  const message = nothing
    ? `${name} was not found, because PATH names no folder to look in.${reason}`
    : `${name} was not found on PATH.${reason}`;
  const known = Object.hasOwn(installations, name) ? installations[name] : undefined;
  const install = known ?? 'Install the dependencies of the project, or the program itself';
  return new DevyardError('tool-missing', message, {
    hint: nothing
      ? `Start Devyard from an environment with a PATH, or name the program in the setting ${toolsSetting}.`
      : `${install}, or name it in the setting ${toolsSetting}.`,
    field: 'command',
  });
}

export function badSetting(name: string, path: string, problem: string): DevyardError {
  return new DevyardError('tool-missing', `The setting ${toolsSetting} names ${path} for ${name}, which ${problem}.`, {
    hint: 'Correct the setting, or remove the entry to have the program looked for.',
    field: toolsSetting,
  });
}

export function notAProgram(name: string, path: string): DevyardError {
  return new DevyardError('tool-missing', `${name} is no program: ${path} is missing or not an executable file.`, {
    hint: 'Build or install it, make it executable (`chmod +x`), or correct the command.',
    field: 'command',
  });
}
