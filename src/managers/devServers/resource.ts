import type { RunRecord } from '../shared/processes/types.ts';

const kind = 'devServer:';

/** What the run of a process or build is written down as. `part`: its name, which holds no colon. */
export const resourceOf = (projectId: string, part: string): string => `${kind}${projectId}:${part}`;

export const isDevServer = ({ resource }: RunRecord): boolean => resource.startsWith(kind);

export const isOfProject = ({ resource }: RunRecord, projectId: string): boolean =>
  resource.startsWith(resourceOf(projectId, ''));

export const partOf = ({ resource }: RunRecord): string => resource.split(':').slice(2).join(':');
