import type { DevyardClient } from '../../../api/client/client.ts';
import type { DevServer } from '../../../api/contract/devServers.ts';
import { type DeclaredProject, isDeclaredBy, pathToAdd } from './manifestFile.ts';
import { type DevServersSource, onDevServers } from './source.ts';

type Caller = Pick<DevyardClient, 'call'>;

/** How long word of a new project may take behind the answer that has it. Milliseconds. */
const patienceMs = 5000;

/**
 * The project that a manifest file declares, added to Devyard when it is not known yet. Nothing of it runs by that. Resolves
 * when the window knows it, too. Rejects with ApiError, and with `not-found` when the file as it is on disk declares no such
 * project.
 */
export async function addedProject(
  client: Caller,
  source: DevServersSource,
  file: string,
  project: Pick<DeclaredProject, 'pluginId' | 'root'>,
): Promise<DevServer> {
  const isIt = (one: DevServer): boolean => isDeclaredBy(one, file, project);
  const there = [...source.snapshot.devServers.values()].find(isIt);
  if (there !== undefined) return there;
  const added = await client.call('devServers.add', { body: { path: pathToAdd(file) } });
  const found = added.find(isIt);
  if (found === undefined) {
    throw Object.assign(new Error(`${file} declares no project “${project.pluginId ?? project.root}”.`), {
      code: 'not-found',
      hint: 'Save the file, then try again.',
    });
  }
  await whenKnown(source, found.id);
  return found;
}

/** Resolves when the window has heard of a project, or after a while. */
async function whenKnown(source: DevServersSource, id: string): Promise<void> {
  if (source.snapshot.devServers.has(id)) return;
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      end();
      clearTimeout(timer);
      resolve();
    };
    const end = onDevServers(source, () => {
      if (source.snapshot.devServers.has(id)) settle();
    });
    const timer = setTimeout(settle, patienceMs);
  });
}
