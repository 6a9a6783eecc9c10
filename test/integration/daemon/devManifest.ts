import { access, readFile, watch } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { DevServer } from '../../../src/api/contract/devServers.ts';
import type { DevyardEvent } from '../../../src/api/contract/events.ts';
import { addProject, type Files, portRange, writeProject } from './devYard.ts';

/** A devyard.yaml; JSON is YAML. */
export const manifestOf = (...projects: readonly object[]): string => JSON.stringify({ version: 1, projects });

export const ownRange = (): readonly number[] => JSON.parse(portRange()) as number[];

/** Answers with its pid; ends itself when asked for /crash. */
export const serverScript = `import { createServer } from 'node:http';
const server = createServer((request, response) => {
  if (request.url === '/crash') process.exit(7);
  response.end(String(process.pid));
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listens'));
`;

/** Notes each run in a file, and does not end by itself while a file lies there. */
export const slowScript = `import { appendFileSync, existsSync } from 'node:fs';
appendFileSync(process.argv[2] + '.log', process.pid + '\\n');
process.on('SIGTERM', () => appendFileSync(process.argv[2] + '.log', 'TERM\\n'));
if (existsSync(process.argv[2] + '.fails')) process.exit(5);
while (existsSync(process.argv[2] + '.waits')) await new Promise((resolve) => setTimeout(resolve, 20));
appendFileSync(process.argv[2] + '.log', 'done\\n');
`;

export const serverProcess = (more: object = {}): object => ({
  command: ['node', 'server.mjs', '${port}'],
  port: { range: ownRange() },
  restart: { policy: 'on-failure', backoff: ['50ms', '200ms'], max: 3 },
  stop: { grace: '500ms' },
  ...more,
});

/** Writes and adds a project. */
export async function project(
  client: DevyardClient,
  folder: string,
  definition: object,
  files: Files = {},
): Promise<DevServer> {
  await writeProject(folder, {
    'server.mjs': serverScript,
    'slow.mjs': slowScript,
    ...files,
    'devyard.yaml': manifestOf({ id: basename(folder), ...definition }),
  });
  return addProject(client, folder);
}

export const linesOf = async (file: string): Promise<readonly string[]> =>
  (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);

/** Waits until a file is there. */
export async function untilFile(file: string): Promise<void> {
  const stop = new AbortController();
  const changes = watch(dirname(file), { signal: stop.signal })[Symbol.asyncIterator]();
  const there = (): Promise<boolean> =>
    access(file).then(
      () => true,
      () => false,
    );
  try {
    // The watch begins when it is asked for its first event: before the look, or what comes in between is missed.
    let change = changes.next();
    while (!(await there())) {
      await change;
      change = changes.next();
    }
    change.catch(() => undefined);
  } finally {
    stop.abort();
  }
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Everything that is told of dev servers from now on. */
export async function listen(
  client: DevyardClient,
): Promise<{ readonly events: DevyardEvent[]; readonly end: () => void }> {
  const stop = new AbortController();
  const events: DevyardEvent[] = [];
  const begun = Promise.withResolvers<void>();
  void (async () => {
    for await (const { event } of client.events(undefined, stop.signal)) {
      if (event.type === 'hello') begun.resolve();
      events.push(event);
    }
  })().catch(begun.reject);
  await begun.promise;
  return { events, end: () => stop.abort() };
}
