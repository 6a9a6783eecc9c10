import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { isOutputOf } from '../../../src/views/shared/outputDocument.ts';
import { devyard, extensionId, until } from './host.ts';

const server = `
import { createServer } from 'node:http';
const port = Number(process.argv[2]);
createServer((_, answer) => answer.end('a page')).listen(port, '127.0.0.1', () => console.log('\\u001b[32mlistening\\u001b[0m'));
`;
const build = `
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
if (readFileSync('input.txt', 'utf8').includes('broken')) {
  console.log('input.txt(1,1): error TS1005: broken it is');
  process.exit(1);
}
mkdirSync(dirname(process.argv[2]), { recursive: true });
writeFileSync(process.argv[2], 'built');
`;
const manifest = `version: 1
projects:
  - id: demo
    processes:
      ui:
        command: [${JSON.stringify(process.execPath)}, server.mjs, "\${port}"]
        port: {}
        ready: [{ http: / }]
    builds:
      backend:
        command: [${JSON.stringify(process.execPath)}, build.mjs, "\${out}"]
        watch: { include: [input.txt] }
        problems: [tsc]
`;

const channelName = 'demo (dev server)';
let id: string | undefined;

function theId(): string {
  assert.ok(id, 'no project was added');
  return id;
}

function folder(): string {
  const workspace = vscode.workspace.workspaceFolders?.[0];
  assert.ok(workspace, 'no folder is open');
  return join(workspace.uri.fsPath, 'demo');
}

async function row(part = ''): Promise<vscode.TreeItem> {
  const { devServers } = await devyard();
  return devServers.tree.getTreeItem(`${theId()}${part}`);
}

/** Waits until the description of a row matches. */
async function says(part: string, pattern: RegExp): Promise<void> {
  const { devServers } = await devyard();
  await until(`“${String(pattern)}” in the row${part}`, () =>
    pattern.test(String(devServers.tree.getTreeItem(`${theId()}${part}`).description)),
  );
}

/** The way of one project, in this order. */
export const tests: Record<string, () => Promise<void>> = {
  'a folder of the workspace that is added is a project with rows for its parts, and may run': async () => {
    await mkdir(folder());
    await writeFile(join(folder(), 'server.mjs'), server);
    await writeFile(join(folder(), 'build.mjs'), build);
    await writeFile(join(folder(), 'input.txt'), 'good');
    await writeFile(join(folder(), 'devyard.yaml'), manifest);
    const { devServers } = await devyard();
    await vscode.commands.executeCommand('devyard.devServers.focus');
    await vscode.commands.executeCommand('devyard.devServers.add', folder());
    await until('the row', () => devServers.tree.getChildren().length === 1);
    [id] = devServers.tree.getChildren();
    const item = await row();
    assert.equal(item.label, 'demo');
    assert.equal(item.description, 'idle');
    assert.match(item.contextValue ?? '', /^devServer;idle;/);
    assert.ok(!item.contextValue?.includes('untrusted;'), 'the workspace is trusted, and so is what it declares');
    assert.deepEqual(devServers.tree.getChildren(theId()), [`${theId()}/process/ui`, `${theId()}/build/backend`]);
    assert.equal(devServers.tree.getParent(`${theId()}/process/ui`), theId());
    assert.equal(devServers.statusBar.text, undefined);
  },

  'Start shows it on its way, then ready with its page and its build, and in the status bar': async () => {
    const { session, devServers } = await devyard();
    const seen = new Set<string>();
    const end = session.on('change', () => seen.add(devServers.statusBar.text ?? ''));
    await vscode.commands.executeCommand('devyard.devServer.start', theId());
    await says('', /^ready · built in [\d.]+ s$/);
    end();
    assert.ok(
      [...seen].some((text) => text.startsWith('$(loading~spin)')),
      `seen: ${[...seen].join(', ')}`,
    );
    await says('/process/ui', /^ready · http:\/\/127\.0\.0\.1:\d+$/);
    await says('/build/backend', /^built \d\d:\d\d · 0 errors$/);
    assert.match((await row('/process/ui')).contextValue ?? '', /^devProcess;ready;url;/);
    assert.equal(devServers.statusBar.text, '$(zap) 1');
  },

  'its tooltip is only made when it is needed': async () => {
    const { devServers } = await devyard();
    const item = await row();
    assert.equal(item.tooltip, undefined);
    const { tooltip } = devServers.tree.resolveTreeItem(item, theId());
    assert.ok(tooltip instanceof vscode.MarkdownString && tooltip.value.includes('devyard.devServer.stop'));
  },

  'the address of its page is copied from its row': async () => {
    await vscode.commands.executeCommand('devyard.devServer.copyUrl', `${theId()}/process/ui`);
    const text = await vscode.env.clipboard.readText();
    assert.match(text, /^https?:\/\//);
  },

  'a build that breaks is told, while the page goes on, and is well again after the next change': async () => {
    const { devServers } = await devyard();
    await writeFile(join(folder(), 'input.txt'), 'broken');
    await says('/build/backend', /^build failed · 1 error$/);
    assert.match(String((await row()).description), /^build failed · 1 error$/);
    assert.match(String((await row('/process/ui')).description), /^ready/);
    assert.equal(devServers.statusBar.text, '$(zap) 1 ✕1');
    await writeFile(join(folder(), 'input.txt'), 'good again');
    await says('/build/backend', /^built/);
    await until('the status bar', () => devServers.statusBar.text === '$(zap) 1');
  },

  'its log names the source of each line, and is followed only while it is on screen': async () => {
    const { devServers } = await devyard();
    const { logChannels } = devServers;
    await vscode.commands.executeCommand('devyard.devServer.showLogs', theId());
    const shown = (): vscode.TextDocument | undefined =>
      vscode.window.visibleTextEditors
        .map(({ document }) => document)
        .find(({ uri }) => uri.scheme === 'output' && isOutputOf(uri.path, extensionId, channelName));
    await until('the output channel', () => shown() !== undefined && logChannels.isFollowing(theId()));
    await written(shown, /^\S+ \[ui\] listening$/m);
    await written(shown, /\[backend\] input\.txt\(1,1\)/);
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      shown()?.uri,
      50,
    );
    const targets = links.map(({ target }) => `${target?.path ?? ''}#${target?.fragment ?? ''}`);
    assert.ok(targets.includes(`${join(folder(), 'input.txt')}#L1,1`), targets.join(' '));
    await vscode.commands.executeCommand('devyard.devServer.showLogs', `${theId()}/process/ui`);
    await written(shown, /^(?!.*\[backend\])(?=.*\[ui\] listening)/s);
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await until('the end of following', () => !logChannels.isFollowing(theId()));
  },

  'a hit of a search is shown among the lines around it, wherever it is in the log': async () => {
    const { session, devServers } = await devyard();
    const { client } = await session.connect();
    const project = session.snapshot.devServers.get(theId());
    const query = { count: 1, search: 'ERROR ts1005' };
    const { entries } = await client.call('devServers.logs', { params: { id: theId() }, query });
    assert.ok(project !== undefined && entries[0] !== undefined);
    await devServers.excerpts.show(project, entries[0].seq);
    const editor = vscode.window.activeTextEditor;
    assert.match(editor?.document.getText(editor.selection) ?? '', /\[backend\] input\.txt\(1,1\): .*broken it is$/);
    assert.match(editor?.document.getText() ?? '', /\[ui\] listening/);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  },

  'Restart comes back with the same address, and Stop empties the status bar': async () => {
    const { devServers } = await devyard();
    const address = (await row('/process/ui')).description;
    await vscode.commands.executeCommand('devyard.devServer.restart', theId());
    await says('', /^ready/);
    assert.equal((await row('/process/ui')).description, address);
    await vscode.commands.executeCommand('devyard.devServer.stop', theId());
    await says('', /^stopped$/);
    assert.equal(devServers.statusBar.text, undefined);
  },

  'a project that is forgotten is gone from the tree; its files stay': async () => {
    const { session, devServers } = await devyard();
    const { client } = await session.connect();
    await client.call('devServers.delete', { params: { id: theId() } });
    await until('the empty tree', () => devServers.tree.getChildren().length === 0);
    await vscode.workspace.fs.stat(vscode.Uri.file(join(folder(), 'devyard.yaml')));
    await rm(folder(), { recursive: true });
  },
};

/** Waits until a document holds a text that matches. */
async function written(document: () => vscode.TextDocument | undefined, pattern: RegExp): Promise<void> {
  const matches = (): boolean => pattern.test(document()?.getText() ?? '');
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (!matches()) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    const subscription = vscode.workspace.onDidChangeTextDocument(look);
    const timer = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`nothing matches ${String(pattern)} in: ${document()?.getText() ?? 'no document'}`));
    }, 15_000);
    look();
  });
}
