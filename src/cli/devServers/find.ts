import type { DevServer } from '../../api/contract/devServers.ts';
import type { DaemonLink } from '../daemonLink.ts';
import { print, printJson } from '../output.ts';
import { problemText, projectLines } from './text.ts';

/** A project by its id or its name. Rejects `not-found`, and `conflict` where several have that name. */
export function findProject(daemon: DaemonLink, idOrName: string): Promise<DevServer> {
  return daemon.call('devServers.get', { params: { id: idOrName } });
}

/** Shows a project; exit code 1 when something of it failed. */
export function showProject(project: DevServer, { json }: { readonly json: boolean }): number {
  if (json) printJson(project);
  else {
    for (const line of projectLines(project)) print(line);
    for (const { problems } of project.builds) for (const problem of problems) print(problemText(problem));
  }
  return project.status === 'error' ? 1 : 0;
}
