import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DevServer } from '../../src/api/contract/devServers.ts';
import { typescriptProject, viteProject } from '../integration/daemon/devFixtures.ts';
import { portRange, writeProject } from '../integration/daemon/devYard.ts';
import type { Desk } from './desk.ts';

/** A server that says `text`, and when it listens. */
const server = (text: string): string => `import { createServer } from 'node:http';
const port = Number(process.argv[2] ?? process.env.PORT);
createServer((_, answer) => answer.end('${text}')).listen(port, '127.0.0.1', () => console.log('${text} listens'));
`;

/** Asks before it does anything, as many tools do when somebody sits in front of them. */
const ask = `import { createInterface } from 'node:readline';
const person = createInterface({ input: process.stdin, output: process.stdout });
console.log('3 files have changed since yesterday.');
person.question('Publish them to staging? (y/n) ', (answer) => {
  if (answer.trim() !== 'y') process.exit(1);
  console.log('\\u001b[32mPublished.\\u001b[0m Waiting for the next change …');
});
`;

/** Writes a workspace of four folders into `folder` and answers with the path of its file. */
export async function writeYard(folder: string): Promise<string> {
  await viteProject(join(folder, 'page'));
  await writeProject(join(folder, 'page'), {
    'main.js': `import { text } from './text.js';
const show = (now) => (document.querySelector('#app').textContent = now);
show(text);
import.meta.hot?.accept('./text.js', (changed) => show(changed?.text));
`,
    'text.js': "export const text = 'one';\n",
  });
  await typescriptProject(join(folder, 'api'));
  await writeProject(join(folder, 'api'), {
    'src/server.ts': `import { createServer } from 'node:http';
import { greeting } from './greeting.ts';
createServer((_request, response) => response.end(greeting())).listen(Number(process.env['PORT']), '127.0.0.1', () => {
  console.log('the api listens');
});
`,
  });
  const workspace = {
    folders: ['api', 'page', 'publish', 'shop'].map((path) => ({ path })),
    // What the editor itself thinks of the sources would stand between what the builds say.
    settings: {
      'typescript.validate.enable': false,
      'javascript.validate.enable': false,
      'typescript.disableAutomaticTypeAcquisition': true,
      'editor.minimap.enabled': false,
      'editor.scrollbar.vertical': 'hidden',
      'editor.scrollbar.horizontal': 'hidden',
      // A terminal that is drawn as text can be read.
      'terminal.integrated.gpuAcceleration': 'off',
    },
  };
  await writeProject(folder, {
    'publish/devyard.yaml': `version: 1
projects:
  - id: publish
    processes:
      ask:
        command: [node, ask.mjs]
        tty: true
        ready: [{ log: "Published" }]
        readyTimeout: 10m
`,
    'publish/ask.mjs': ask,
    'shop/Procfile': 'web: node server.mjs $PORT\nworker: while true; do sleep 1; done\n',
    'shop/server.mjs': server('shop'),
    'yard.code-workspace': JSON.stringify(workspace),
  });
  return join(folder, 'yard.code-workspace');
}

/** A project that no window has open. */
export const outsideProject = (folder: string): Promise<string> =>
  writeProject(folder, {
    'devyard.yaml': `version: 1
projects:
  - id: outside
    processes:
      server:
        command: [node, server.mjs, "\${port}"]
        port: { range: ${portRange()} }
        ready: [{ http: / }]
`,
    'server.mjs': server('outside'),
  });

/** The installed extension's own command line, on the daemon of the desk. */
export async function devyard({ dataDir, env: further }: Desk, ...args: readonly string[]): Promise<string> {
  const extensions = join(dataDir, '..', 'extensions');
  const installed = (await readdir(extensions)).find((name) => name.startsWith('devyard.devyard-')) ?? '';
  const env = { ...process.env, ...further, DEVYARD_DATA_DIR: dataDir };
  const cli = join(extensions, installed, 'dist', 'cli.js');
  return (await promisify(execFile)(process.execPath, [cli, ...args], { env })).stdout;
}

/** What the daemon says of a project. */
export async function projectOf(desk: Desk, name: string): Promise<DevServer> {
  const all = JSON.parse(await devyard(desk, 'dev-server', 'list', '--json')) as DevServer[];
  const found = all.find(({ pluginID }) => pluginID === name);
  if (found === undefined) throw new Error(`there is no project ${name}`);
  return found;
}

/** The ids of its processes. */
export const pidsOf = ({ processes }: Pick<DevServer, 'processes'>): readonly number[] =>
  processes.flatMap(({ state }) => (state.status === 'running' || state.status === 'ready' ? [state.run.pid] : []));
