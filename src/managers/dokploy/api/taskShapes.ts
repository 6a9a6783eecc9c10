import { type Decode, type Fields, fieldsOf, listOf } from './decode.ts';
import type { ServiceKind, Task } from './types.ts';

/**
 * Answers of docker.getServiceContainersByAppName (columns of `docker service ps`, by slot and then newest first) and
 * docker.getContainersByAppNameMatch (columns of `docker ps -a`, newest first). Dokploy answers an empty list also where
 * Docker failed.
 */
export const tasksShape = (kind: ServiceKind): Decode<readonly Task[]> =>
  listOf((value, path) => (kind === 'application' ? swarmTask : container)(fieldsOf(value, path)));

/** `state` of the answer is the wanted one: a task that waits for a node is `running` there. */
function swarmTask(row: Fields): Task {
  const statusText = row.words('currentState');
  return {
    ...identity(row),
    state: (/^\S+/.exec(statusText)?.[0] ?? row.words('state')).toLowerCase(),
    statusText,
    node: row.words('node'),
    error: errorOf(row.words('error')),
  };
}

function container(row: Fields): Task {
  const state = row.words('state').toLowerCase();
  return {
    ...identity(row),
    state: state === 'no state' ? 'unknown' : state,
    statusText: row.words('status'),
    node: '',
    error: '',
  };
}

const identity = (row: Fields): Pick<Task, 'containerId' | 'name'> => {
  const containerId = row.words('containerId');
  return { containerId: containerId === 'No container id' ? '' : containerId, name: row.words('name') };
};

/** Docker puts quotation marks around it; where there is none, Dokploy leaves the column's title. */
const errorOf = (text: string): string => (text === 'Error:' ? '' : text.replace(/^"(.*)"$/s, '$1'));
