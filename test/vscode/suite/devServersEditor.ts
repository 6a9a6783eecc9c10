import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DevServer } from '../../../src/api/contract/devServers.ts';
import {
  breakpointBound,
  diagnosticsOf,
  lenses,
  openTerminal,
  sessionEnded,
  shownDocument,
  stoppedOnce,
  within,
} from './editorEvents.ts';
import { devyard, until } from './host.ts';

/** A server whose answer has a line to stop at. */
const api = `import { createServer } from 'node:http';
const server = createServer((request, answer) => {
  answer.end('hello');
});
server.listen(Number(process.argv[2]), '127.0.0.1');
`;
/** Asks a question in its terminal, and is ready when it was answered. */
const ask = `process.stdin.setEncoding('utf8');
process.stdout.write('Continue? ');
process.stdin.on('data', (text) => console.log('answered ' + text.trim()));
`;
/** A compiler: what src.txt says is wrong it finds there. */
const compile = `import { readFileSync } from 'node:fs';
const text = readFileSync('src.txt', 'utf8');
if (!text.includes('wrong')) process.exit(0);
console.log('src.txt:2:3: this is wrong');
process.exit(1);
`;

const node = JSON.stringify(process.execPath);
const manifest = `version: 1
projects:
  - id: shop
    root: shop
    processes:
      api:
        command: [${node}, api.mjs, "\${port}"]
        port: { range: [25173, 25272] }
        ready: [{ http: / }]
        debug: node
      ask:
        command: [${node}, ask.mjs]
        tty: true
        ready: [{ log: "answered yes" }]
    builds:
      compile:
        command: [${node}, compile.mjs]
        watch: { include: ["src.txt"] }
        problems: [{ name: compiler, pattern: '^(?<file>[^:]+):(?<line>\\d+):(?<column>\\d+): (?<message>.*)$' }]
`;

/** The way of one project through the editor, in this order. */
export const tests: Record<string, () => Promise<void>> = {
  'Detect Projects adds what the workspace declares, and runs nothing': async () => {
    await write('shop/api.mjs', api);
    await write('shop/ask.mjs', ask);
    await write('shop/compile.mjs', compile);
    await write('shop/src.txt', 'fine\n');
    await write('devyard.yaml', manifest);
    const { session } = await devyard();
    await session.connect();
    await vscode.commands.executeCommand('devyard.devServers.detect');
    await until('the project', () => shop() !== undefined);
    assert.equal(shop()?.status, 'idle');
    assert.equal(shop()?.manifest, path('devyard.yaml'));
  },

  'a project has lenses in its manifest, and the one called Start starts it': async () => {
    const document = await vscode.workspace.openTextDocument(path('devyard.yaml'));
    await vscode.window.showTextDocument(document);
    const before = await lenses(document);
    assert.deepEqual(
      before.map(({ command }) => command?.title),
      ['$(play) Start', '$(debug-alt) Start and Debug', 'Logs'],
    );
    assert.equal(before[0]?.range.start.line, 2);
    const start = before[0]?.command;
    assert.ok(start);
    // The command is over when all of it is ready, which takes an answer at its terminal.
    void vscode.commands.executeCommand(start.command, ...(start.arguments ?? []));
    await until('the api', () => processState('api') === 'ready');
    const titles = (await lenses(document)).map(({ command }) => command?.title);
    assert.ok(titles.includes('$(debug-stop) Stop') && titles.includes('Rebuild'), titles.join());
  },

  'a process with a terminal opens its tab without taking the focus, and takes what is typed there': async () => {
    const terminal = await openTerminal('shop: ask');
    assert.notEqual(vscode.window.activeTextEditor, undefined);
    await until('the process', () => processState('ask') === 'running');
    terminal.sendText('yes');
    await until('the answer', () => processState('ask') === 'ready');
  },

  'a closed terminal stops nothing, and opens again': async () => {
    const terminal = await openTerminal('shop: ask');
    const closed = new Promise<void>((resolve) => {
      const end = vscode.window.onDidCloseTerminal((one) => {
        if (one !== terminal) return;
        end.dispose();
        resolve();
      });
    });
    terminal.dispose();
    await closed;
    assert.equal(processState('ask'), 'ready');
    await vscode.commands.executeCommand('devyard.devServer.openTerminal', shopId());
    assert.notEqual(await openTerminal('shop: ask'), terminal);
  },

  'what a build finds wrong is in the Problems panel until it is mended': async () => {
    await write('shop/src.txt', 'fine\n  wrong\n');
    const [wrong] = await diagnosticsOf(path('shop/src.txt'), ({ length }) => length === 1);
    assert.equal(wrong?.message, 'this is wrong');
    assert.equal(wrong?.source, 'compiler');
    assert.deepEqual([wrong?.range.start.line, wrong?.range.start.character], [1, 2]);
    await write('shop/src.txt', 'fine\n');
    await diagnosticsOf(path('shop/src.txt'), ({ length }) => length === 0);
  },

  'its tasks are offered, and a rebuild ends with its build': async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: 'devyard' });
    assert.deepEqual(tasks.map(({ name }) => name).sort(), ['rebuild shop', 'start shop']);
    const rebuild = tasks.find(({ name }) => name === 'rebuild shop');
    assert.ok(rebuild);
    assert.equal(tasks.find(({ name }) => name === 'start shop')?.isBackground, true);
    const built = shop()?.lastBuildTime;
    const ended = new Promise<void>((resolve) => {
      const end = vscode.tasks.onDidEndTask(({ execution }) => {
        if (execution.task.name !== 'rebuild shop') return;
        end.dispose();
        resolve();
      });
    });
    await vscode.tasks.executeTask(rebuild);
    await within('the end of the task', ended);
    await until('the build', () => shop()?.lastBuildTime !== built);
  },

  'Start and Debug stops at a breakpoint': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    await client.call('devServers.stop', { params: { id: shopId() } });
    await until('the end', () => shop()?.status === 'stopped' && !shop()?.stopping);
    const breakpoint = new vscode.SourceBreakpoint(
      new vscode.Location(vscode.Uri.file(path('shop/api.mjs')), new vscode.Position(2, 0)),
    );
    vscode.debug.addBreakpoints([breakpoint]);
    const stopped = stoppedOnce();
    const bound = breakpointBound();
    try {
      await vscode.commands.executeCommand('devyard.devServer.debug', shopId());
      await until('the api', () => processState('api') === 'ready');
      await within('the breakpoint', bound);
      const process = shop()?.processes.find(({ name }) => name === 'api');
      const url = process?.state.status === 'ready' ? process.state.run.url : undefined;
      assert.ok(url);
      const request = get(url);
      const answered = once(request, 'response');
      const { reason, goOn } = await within('the stop', stopped);
      assert.equal(reason, 'breakpoint');
      vscode.debug.removeBreakpoints([breakpoint]);
      await goOn();
      await within('the answer', answered);
      request.destroy();
      const ended = sessionEnded();
      await client.call('devServers.stop', { params: { id: shopId() } });
      await within('the end of the debugger', ended);
    } finally {
      vscode.debug.removeBreakpoints([breakpoint]);
    }
  },

  'a proposed manifest is written and added when it is accepted, not before': async () => {
    const { devServers } = await devyard();
    const file = path('proposed/devyard.yaml');
    await mkdir(path('proposed'), { recursive: true });
    const text = `version: 1\nprojects:\n  - id: proposed\n    processes:\n      x:\n        command: [${node}, --version]\n`;
    void devServers.editor.previews.offer(file, text, []);
    await within('the preview', shownDocument(text));
    assert.equal(await readFile(file, 'utf8').catch(() => 'none'), 'none');
    await vscode.commands.executeCommand('devyard.manifest.accept');
    await until('the project', () => named('proposed') !== undefined);
    assert.equal(await readFile(file, 'utf8'), text);
    assert.equal(named('proposed')?.status, 'idle');
    assert.equal(named('proposed')?.trusted, true);
  },

  'a devyard.yaml is completed and checked while it is written': async () => {
    const file = path('proposed/devyard.yaml');
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    const edit = new vscode.WorkspaceEdit();
    const text = 'version: 1\nprojects:\n  - id: proposed\n    comand: []\n    \n';
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
    await vscode.workspace.applyEdit(edit);
    const [wrong] = await diagnosticsOf(file, ({ length }) => length > 0);
    assert.equal(wrong?.source, 'Devyard');
    const offered = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      new vscode.Position(4, 4),
    );
    const labels = offered.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    for (const key of ['processes', 'builds', 'keepRunning']) assert.ok(labels.includes(key), labels.join());
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  },

  'nothing is left when the projects are gone': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    for (const { id } of session.snapshot.devServers.values())
      await client.call('devServers.delete', { params: { id } });
    await until('the empty list', () => session.snapshot.devServers.size === 0);
    for (const terminal of vscode.window.terminals) terminal.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(path('devyard.yaml'));
    for (const folder of ['shop', 'proposed']) await rm(path(folder), { recursive: true });
    await session.stopDaemon(true);
  },
};

let snapshot: () => ReadonlyMap<string, DevServer> = () => new Map();

function named(name: string): DevServer | undefined {
  return [...snapshot().values()].find(({ pluginID }) => pluginID === name);
}

const shop = (): DevServer | undefined => named('shop');

function shopId(): string {
  const id = shop()?.id;
  assert.ok(id, 'the project is not there');
  return id;
}

const processState = (name: string): string | undefined =>
  shop()?.processes.find((process) => process.name === name)?.state.status;

function path(name: string): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no folder is open');
  return join(folder.uri.fsPath, name);
}

async function write(name: string, text: string): Promise<void> {
  const { session } = await devyard();
  snapshot = () => session.snapshot.devServers;
  await mkdir(join(path(name), '..'), { recursive: true });
  await writeFile(path(name), text);
}
