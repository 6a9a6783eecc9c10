import { expect, it } from 'vitest';
import type { ServiceStatus, Task } from '../../../src/managers/dokploy/api/types.ts';
import type { TaskVerdict } from '../../../src/managers/dokploy/machines/types.ts';
import { statusWord } from '../../../src/provider/statusWord.ts';

const task: Task = { containerId: 'c', name: 'n', state: 'running', statusText: '', node: 'x', error: '' };
const running: TaskVerdict = { status: 'running', task };
const starting: TaskVerdict = { status: 'starting', reason: 'preparing' };
const stopped: TaskVerdict = { status: 'stopped' };
const failed: TaskVerdict = { status: 'failed', reason: 'exit 1' };

it.each<readonly [ServiceStatus, TaskVerdict, boolean, string]>([
  ['done', running, false, 'Running'],
  // Dokploy was killed during a deployment: what ran goes on.
  ['idle', running, false, 'Running'],
  // The new deployment failed, the old one still runs.
  ['error', running, false, 'Running'],
  ['running', stopped, false, 'Busy'],
  ['running', running, false, 'Busy'],
  ['done', starting, false, 'Busy'],
  // Queued behind another deployment: nothing but the queue tells.
  ['idle', stopped, true, 'Busy'],
  ['idle', stopped, false, 'Stopped'],
  ['error', stopped, false, 'Stopped'],
  // Crashes again and again; to Dokploy that is done.
  ['done', failed, false, 'Stopped'],
])('a service that is %s with %j (queued: %s) is %s', (status, verdict, queued, word) => {
  expect(statusWord(status, verdict, queued)).toBe(word);
});
