import { DevyardError } from '../shared/errors.ts';
import { ownFolder, type Wanted } from './creation.ts';
import type { CodeServerDefinition, DuplicateInput } from './model.ts';
import { maxNameLength, validName } from './validate.ts';

interface Surroundings {
  readonly workspaces: string;
  /** Of the server that is copied. */
  readonly home: string;
  readonly now: number;
}

/** A code-server like another one: same arguments, environment, settings and extensions; its own port, data and name. */
export function duplicateOf(original: CodeServerDefinition, input: DuplicateInput, around: Surroundings): Wanted {
  const name = validName(input.name ?? copyName(original.name));
  const copyWorkspace = input.copyWorkspace ?? original.folderOwned;
  if (!copyWorkspace && original.folderOwned) {
    throw new DevyardError(
      'invalid',
      `${original.folder} belongs to “${original.name}” and goes when that is deleted.`,
      {
        field: 'copyWorkspace',
        hint: 'Leave copyWorkspace out, and the folder is copied.',
      },
    );
  }
  return {
    name,
    port: undefined,
    // Installed extensions are copied with the home.
    extensions: [],
    plan: {
      workspace: copyWorkspace ? { type: 'copy', folder: original.folder } : { type: 'none' },
      home: around.home,
      settings: [],
      start: false,
    },
    define: (id, port) => ({
      ...original,
      id,
      name,
      port,
      createdAt: around.now,
      folder: copyWorkspace ? ownFolder(around.workspaces, id, name) : original.folder,
      folderOwned: copyWorkspace,
      origin: copyWorkspace ? { type: 'copy', name: original.name } : original.origin,
      autoStart: false,
    }),
  };
}

function copyName(name: string): string {
  const suffix = ' copy';
  return `${Array.from(name)
    .slice(0, maxNameLength - suffix.length)
    .join('')
    .trim()}${suffix}`;
}
