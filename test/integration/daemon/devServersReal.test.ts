import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import { endProcess } from '../../support/endProcess.ts';
import { extensionProject, goProject, typescriptProject, viteProject } from './devFixtures.ts';
import { addProject, pageOf, startProject, stateOf, textOf, untilProject, writeProject } from './devYard.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;

beforeEach(async () => {
  yard = await Yard.open();
  yard.env = {
    ...yard.env,
    GOFLAGS: '',
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
  };
  await yard.start();
  client = await yard.client();
});
afterEach(() => yard[Symbol.asyncDispose]());

const at = (name: string): string => join(yard.path, name);
const remove = (id: string) => client.call('devServers.delete', { params: { id } });

describe('a page made with Vite', () => {
  it('is recognised, served on a port of its own, and says what is saved', async () => {
    const folder = await viteProject(at('page'));
    const { id, ...added } = await addProject(client, folder);
    expect(added).toMatchObject({ preset: 'vite', manifest: null, trusted: true, pluginID: 'page' });
    const page = pageOf(await startProject(client, id));
    expect(await textOf(page)).toContain('/@vite/client');
    expect(await textOf(`${page}main.js`)).toContain("'one'");
    await writeFile(join(folder, 'main.js'), "document.querySelector('#app').textContent = 'two';\n");
    await expect.poll(() => textOf(`${page}main.js`)).toContain("'two'");
    await remove(id);
    await expect(fetch(page)).rejects.toThrow('fetch failed');
  });
});

describe('a backend in TypeScript', () => {
  it('is bundled by esbuild, whose errors lead to their place', async () => {
    const folder = await typescriptProject(at('api'));
    const { id } = await addProject(client, folder);
    const page = pageOf(await startProject(client, id));
    expect(await textOf(page)).toBe('hello');
    const greeting = join(folder, 'src/greeting.ts');
    await writeFile(greeting, "import './missing.ts';\nexport const greeting = (): string => 'never';\n");
    const failed = await untilProject(client, id, (project) => stateOf(project, 'bundle') === 'error');
    expect(failed.builds[0]?.problems).toMatchObject([
      { file: greeting, line: 1, column: 8, severity: 'error', source: 'esbuild' },
    ]);
    expect(await textOf(page)).toBe('hello');
    await writeFile(greeting, "export const greeting = (): string => 'again';\n");
    await untilProject(client, id, (project) => stateOf(project, 'bundle') === 'ready');
    await expect.poll(() => textOf(page).catch(() => '')).toBe('again');
  });

  it('lets a debugger in that it was started for', async () => {
    const { id } = await addProject(client, await typescriptProject(at('api')));
    const body = { wait: true, debug: true };
    const { processes } = await client.call('devServers.start', { params: { id }, body });
    const state = processes[0]?.state;
    const port = state?.status === 'ready' ? state.run.debugPort : null;
    const [target] = (await (await fetch(`http://127.0.0.1:${String(port)}/json/list`)).json()) as { type: string }[];
    expect(target).toMatchObject({ type: 'node' });
  });
});

describe('a backend in Go', () => {
  const requireGo = ({ skip }: TestContext): void => {
    try {
      execFileSync('go', ['version'], { stdio: 'ignore' });
    } catch {
      skip('the Go toolchain is not on the PATH');
    }
  };

  it('is built again when it, a module beside it or a file in it changes', async (context) => {
    requireGo(context);
    const folder = await goProject(at('go'));
    const { id } = await addProject(client, folder);
    const page = pageOf(await startProject(client, id));
    expect(await textOf(page)).toBe('hello note');
    await writeFile(join(folder, 'words/words.go'), 'package words\n\nconst Greeting = "welcome"\n');
    await expect.poll(() => textOf(page).catch(() => ''), { timeout: 30_000 }).toBe('welcome note');
    await writeFile(join(folder, 'app/note.txt'), 'embedded');
    await expect.poll(() => textOf(page).catch(() => ''), { timeout: 30_000 }).toBe('welcome embedded');
  });

  it('keeps running while it cannot be compiled, and the errors have their places', async (context) => {
    requireGo(context);
    const folder = await goProject(at('go'));
    const { id } = await addProject(client, folder);
    const page = pageOf(await startProject(client, id));
    const words = join(folder, 'words/words.go');
    await writeFile(words, 'package words\n\nconst Greeting int = "hello"\n');
    const failed = await untilProject(client, id, (project) => stateOf(project, 'program') === 'error');
    expect(failed.builds[0]?.problems).toMatchObject([{ file: words, line: 3, severity: 'error', source: 'go' }]);
    expect(await textOf(page)).toBe('hello note');
  });
});

describe('an extension of VS Code', () => {
  it('is recognised and compiled, with the errors of tsc', async () => {
    const folder = await extensionProject(at('extension'));
    const { id, preset } = await addProject(client, folder);
    expect(preset).toBe('vscode-extension');
    const built = await startProject(client, id);
    expect(built).toMatchObject({ status: 'ready', processes: [] });
    expect(existsSync(join(folder, 'out/extension.js'))).toBe(true);
    const file = join(folder, 'src/extension.ts');
    await writeFile(file, 'export function activate(): string {\n  return 1;\n}\n');
    const failed = await untilProject(client, id, (project) => stateOf(project, 'extension') === 'error');
    expect(failed.builds[0]?.problems).toMatchObject([
      { file, line: 2, column: 3, code: 'TS2322', severity: 'error', source: 'tsc' },
    ]);
  });
});

describe('a plugin that somebody else runs', () => {
  const host = `import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
// Loads the plugin that was deployed, and says where it listens.
const plugin = spawn(process.execPath, [process.argv[2]], { stdio: ['pipe', 'pipe', 'inherit'] });
plugin.stdout.once('data', (text) => {
  const info = { pid: plugin.pid, protocol: 'grpc', protocolVersion: 1, addr: String(text).trim(), pluginId: 'weather' };
  writeFileSync(process.argv[3] + '.tmp', JSON.stringify(info));
  renameSync(process.argv[3] + '.tmp', process.argv[3]);
});
process.stdin.resume().once('end', () => process.exit());
process.once('exit', () => plugin.kill('SIGKILL'));
`;
  const plugin = `import { createServer } from 'node:net';
const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1', () => {
  console.log('127.0.0.1:' + server.address().port);
});
process.stdin.resume().once('end', () => process.exit());
`;

  it('is attached once it answers, and gone with its process', async () => {
    const folder = await writeProject(at('weather'), {
      'devyard.yaml': `version: 1
projects:
  - id: weather
    builds:
      plugin:
        command: [cp, plugin.mjs, "\${out}"]
        out: out/plugin.mjs
        deploy: [{ from: "\${out}", to: state/bin/plugin.mjs }]
    external: { devinfo: state/.devinfo }
`,
      'plugin.mjs': plugin,
      'host.mjs': host,
    });
    const { id } = await addProject(client, folder);
    await startProject(client, id);
    await client.call('devServers.stop', { params: { id } });
    const devinfo = join(folder, 'state/.devinfo');
    const loader = spawn(process.execPath, ['host.mjs', 'state/bin/plugin.mjs', devinfo], {
      cwd: folder,
      stdio: 'pipe',
    });
    try {
      const attached = await untilProject(client, id, ({ mode }) => mode === 'external');
      expect(attached).toMatchObject({ grpcConnected: true, external: { pluginId: 'weather', protocol: 'grpc' } });
      const { external } = await client.call('devServers.external', { params: { id } });
      expect(external).toEqual(JSON.parse(await readFile(devinfo, 'utf8')));
      // Written anew with the same words: nothing has changed.
      await writeFile(`${devinfo}.new`, await readFile(devinfo));
      await rename(`${devinfo}.new`, devinfo);
      endProcess(external?.pid ?? 0);
      const gone = await untilProject(client, id, ({ mode }) => mode !== 'external');
      expect(gone.external).toBeNull();
    } finally {
      loader.kill('SIGKILL');
    }
  });
});
