import { randomInt } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import type { DevServer } from '../../../src/api/contract/devServers.ts';

export type Files = Readonly<Record<string, string>>;

/** Writes a project's folder. */
export async function writeProject(folder: string, files: Files): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
  }
  return folder;
}

/** A range of ports of its own, because tests run beside each other. */
export function portRange(): string {
  const start = 31_000 + 20 * randomInt(900);
  return `[${String(start)}, ${String(start + 19)}]`;
}

/** A server that says which version it is, as built from `src/version.txt`; what it is asked is in the log. */
export const backend = (manifest = ''): Files => ({
  'devyard.yaml': `version: 1
projects:
  - id: demo
    processes:
      server:
        dependsOn: [backend]
        command: [node, bin/server.mjs, "\${port}"]
        port: { range: ${portRange()} }
        ready: [{ http: / }]
        restart: { policy: on-failure, backoff: [50ms, 200ms], max: 2 }
        stop: { grace: 1s }
    builds:
      backend:
        command: [node, build.mjs, "\${out}"]
        out: build/server.mjs
        watch: { include: ["src/**"] }
        problems: [{ name: demo, pattern: "^(?<file>[^:]+):(?<line>\\\\d+): (?<message>.*)$" }]
        deploy: [{ from: "\${out}", to: bin/server.mjs }]
        reload: [{ restart: server }]
${manifest}`,
  'build.mjs': `import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
appendFileSync('builds.log', Date.now() + '\\n');
const version = readFileSync('src/version.txt', 'utf8').trim();
if (version === 'slow') await new Promise((resolve) => setTimeout(resolve, 60_000));
if (version === 'broken') {
  console.error('src/version.txt:1: this version is broken');
  process.exit(3);
}
mkdirSync(dirname(process.argv[2]), { recursive: true });
writeFileSync(process.argv[2], \`import { createServer } from 'node:http';
createServer((request, response) => {
  if (request.url === '/crash') process.exit(7);
  response.end('\${version}');
}).listen(Number(process.argv[2]), '127.0.0.1');
console.log('\${version} listens');
\`);
`,
  'src/version.txt': 'one\n',
});

/** Waits until a project is as the test wants it; by events, not by time. */
export async function untilProject(
  client: DevyardClient,
  id: string,
  wanted: (project: DevServer) => boolean,
): Promise<DevServer> {
  const stop = new AbortController();
  for await (const { event } of client.events(undefined, stop.signal)) {
    const project =
      event.type === 'hello'
        ? await client.call('devServers.get', { params: { id } })
        : event.type === 'plugin/devserver/status' && event.id === id
          ? event
          : undefined;
    if (project === undefined || !wanted(project)) continue;
    stop.abort();
    return project;
  }
  throw new Error('the event stream ended');
}

export async function addProject(client: DevyardClient, folder: string): Promise<DevServer> {
  const [project] = await client.call('devServers.add', { body: { path: folder, trust: true } });
  if (project === undefined) throw new Error('nothing was added');
  return project;
}

export const startProject = (client: DevyardClient, id: string): Promise<DevServer> =>
  client.call('devServers.start', { params: { id }, body: { wait: true } });

export function pageOf({ lastError, viteURL }: DevServer): string {
  if (viteURL === undefined) throw new Error(`it has no page: ${String(lastError)}`);
  return viteURL;
}

export const textOf = async (url: string): Promise<string> => (await fetch(url)).text();

export const stateOf = (project: DevServer, name: string): string | undefined =>
  [...project.processes, ...project.builds].find((part) => part.name === name)?.state.status;

/** How often a build began. */
export async function buildsOf(folder: string): Promise<number> {
  const text = await readFile(join(folder, 'builds.log'), 'utf8').catch(() => '');
  return text.split('\n').length - 1;
}
