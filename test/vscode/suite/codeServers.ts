import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { isOutputOf } from '../../../src/views/shared/outputDocument.ts';
import { devyard, extensionId, until } from './host.ts';

const name = 'api';
let id: string | undefined;

function theId(): string {
  assert.ok(id, 'no code-server was created');
  return id;
}

/** The way of one code-server, in this order. */
export const tests: Record<string, () => Promise<void>> = {
  'looking at the view starts the daemon, which takes the executable from the settings': async () => {
    const executable = process.env['DEVYARD_TEST_CODE_SERVER'];
    assert.ok(executable, 'DEVYARD_TEST_CODE_SERVER names no code-server');
    const settings = vscode.workspace.getConfiguration('devyard.codeServer');
    await settings.update('path', executable, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand('devyard.codeServers.focus');
    const { session } = await devyard();
    await until('the connection', () => session.state.status === 'connected');
    await until('the engine', () => {
      const { engine } = session.snapshot;
      return engine?.status === 'ready' && engine.path === executable;
    });
    assert.deepEqual((await devyard()).tree.getChildren(), []);
  },

  'a new code-server is a row of the tree': async () => {
    const { session, tree, statusBar } = await devyard();
    const { client } = await session.connect();
    const created = await client.call('codeServers.create', { body: { name } });
    id = created.id;
    await until('the new row', () => tree.getTreeItem(theId()).contextValue === 'codeServer;stopped;');
    assert.deepEqual(tree.getChildren(), [created.id]);
    const item = tree.getTreeItem(theId());
    assert.equal(item.label, name);
    assert.equal(item.description, 'stopped');
    assert.equal(statusBar.text, undefined);
  },

  'Start shows it starting, then running, in the tree and in the status bar': async () => {
    const { session, tree, statusBar } = await devyard();
    const seen = new Set<string>();
    const end = session.on('change', () => seen.add(session.snapshot.codeServers.get(theId())?.state.status ?? 'gone'));
    await vscode.commands.executeCommand('devyard.codeServer.start', theId());
    await until('running', () => tree.getTreeItem(theId()).contextValue === 'codeServer;running;');
    end();
    assert.ok(seen.has('starting'), `seen: ${[...seen].join(' ')}`);
    const item = tree.getTreeItem(theId());
    assert.match(String(item.description), /^running · :\d+/);
    assert.match(item.accessibilityInformation?.label ?? '', /^api, code-server, running/);
    assert.equal(item.tooltip, undefined, 'the tooltip is only made when it is needed');
    const { tooltip } = await tree.resolveTreeItem(item, theId());
    assert.ok(tooltip instanceof vscode.MarkdownString && tooltip.value.includes('Port '));
    assert.equal(statusBar.text, '$(server) 1 running');
  },

  'its CPU and memory are an editor tab, one however often it is asked for': async () => {
    const tabs = (): readonly vscode.Tab[] =>
      vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(({ label }) => label === `Usage of ${name}`);
    await vscode.commands.executeCommand('devyard.codeServer.showUsage', theId());
    await vscode.commands.executeCommand('devyard.codeServer.showUsage', theId());
    await until('the tab', () => tabs().length > 0);
    assert.equal(tabs().length, 1);
    await vscode.window.tabGroups.close(tabs());
  },

  'Start with Devyard is said in its row, and taken back': async () => {
    const { tree } = await devyard();
    const token = (): string => tree.getTreeItem(theId()).contextValue ?? '';
    await vscode.commands.executeCommand('devyard.codeServer.enableAutoStart', theId());
    await until('the token', () => token() === 'codeServer;running;autoStart;');
    await vscode.commands.executeCommand('devyard.codeServer.disableAutoStart', theId());
    await until('the end of the token', () => token() === 'codeServer;running;');
  },

  'a gallery that was set is told to the daemon, and taken back': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    const setting = vscode.workspace.getConfiguration('devyard.codeServer');
    const told = async (expected: string, value: string | undefined): Promise<void> => {
      const signal = AbortSignal.timeout(20_000);
      for await (const { event } of client.events(undefined, signal)) {
        if (event.type === 'hello') void setting.update('extensionGallery', value, vscode.ConfigurationTarget.Global);
        if (event.type === 'settings.changed' && event.settings.extensionGallery === expected) return;
      }
      assert.fail(`the daemon was not told “${expected}”`);
    };
    await told('http://127.0.0.1:9/gallery', 'http://127.0.0.1:9/gallery');
    await told('', undefined);
  },

  'its log is followed while it is on screen, and only then': async () => {
    const { logChannels } = await devyard();
    await vscode.commands.executeCommand('devyard.codeServer.showLogs', theId());
    const shown = (): vscode.TextDocument | undefined =>
      vscode.window.visibleTextEditors.map(({ document }) => document).find(({ uri }) => uri.scheme === 'output');
    await until('the output channel', () => shown() !== undefined);
    assert.ok(isOutputOf(shown()?.uri.path ?? '', extensionId, name), shown()?.uri.toString());
    assert.equal(logChannels.isFollowing(theId()), true);
    await lines(shown, /\S/);
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await until('the end of following', () => !logChannels.isFollowing(theId()));
    await vscode.commands.executeCommand('devyard.codeServer.showLogs', theId());
    await until('the output channel again', () => shown() !== undefined && logChannels.isFollowing(theId()));
    await vscode.commands.executeCommand('workbench.action.closePanel');
  },

  'a killed daemon comes back without the tree ever being empty, and the code-server goes on': async () => {
    const { session, tree } = await devyard();
    const before = await session.connect();
    const counts = new Set<number>();
    const end = session.on('change', () => counts.add(tree.getChildren().length));
    process.kill(before.info.pid, 'SIGKILL');
    await until('the next daemon', () => session.connection !== undefined && session.connection !== before);
    await until('running', () => tree.getTreeItem(theId()).contextValue === 'codeServer;running;');
    end();
    assert.notEqual(session.connection?.info.pid, before.info.pid);
    assert.equal(counts.has(0), false);
  },

  'Stop empties the status bar': async () => {
    const { tree, statusBar } = await devyard();
    await vscode.commands.executeCommand('devyard.codeServer.stop', theId());
    await until('stopped', () => tree.getTreeItem(theId()).description === 'stopped');
    assert.equal(statusBar.text, undefined);
  },

  'a deleted code-server is gone from the tree': async () => {
    const { session, tree } = await devyard();
    const { client } = await session.connect();
    await client.call('codeServers.delete', { params: { id: theId() }, query: {} });
    await until('the empty tree', () => tree.getChildren().length === 0);
  },

  'a stopped daemon is not started again by a view that looks on': async () => {
    const { session } = await devyard();
    await session.stopDaemon(true);
    assert.equal(session.state.status, 'down');
    assert.equal(session.state.status === 'down' && session.state.kind, 'stopped');
  },
};

/** Waits until a document holds a text that matches. */
async function lines(document: () => vscode.TextDocument | undefined, pattern: RegExp): Promise<void> {
  const matches = (): boolean => pattern.test(document()?.getText() ?? '');
  if (matches()) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no line matches ${String(pattern)}`)), 10_000);
    const subscription = vscode.workspace.onDidChangeTextDocument(() => {
      if (!matches()) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    });
  });
}
