import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { DokployForSuite } from '../dokploy.ts';
import { devyard, until } from './host.ts';

const text = process.env['DEVYARD_TEST_DOKPLOY'] ?? '';
/** Why none of these tests can run; undefined: they can. */
export const skipped = text.startsWith('{') ? undefined : text || 'there is no Dokploy double';

let serverId = '';
let workspaceId = '';

const shownLog = (part: string): boolean =>
  vscode.window.visibleTextEditors.some(
    ({ document }) => document.uri.scheme === 'output' && document.getText().includes(part),
  );
const terminals = (name: string): number => vscode.window.terminals.filter((one) => one.name === name).length;

/** What a person does in a workspace that runs, in this order. */
export const tests: Record<string, () => Promise<void>> = {
  'a workspace to connect to': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    const { url, key, image, user } = JSON.parse(text) as DokployForSuite;
    const tested = await client.call('dokploy.addServer', { body: { name: 'home', url, apiKey: key } });
    serverId = tested.server.id;
    // Whoever logs in is on this very computer, as its user: there must be no volume that could be erased.
    const body = { serverId, name: 'shell-box', image, user, sshd: 'image' as const, volumes: [] };
    workspaceId = (await client.call('dokploy.create', { body })).id;
    await until('the workspace', () => session.snapshot.workspaces.get(workspaceId)?.state.status === 'running');
  },

  'a command gives its exit code, and the next one takes its tab': async () => {
    const run = (command: string): Thenable<unknown> =>
      vscode.commands.executeCommand('devyard.dokploy.runCommand', workspaceId, command);
    assert.equal(await run('echo from there'), true);
    assert.equal(await run('exit 37'), false);
    assert.equal(terminals('shell-box: commands'), 1);
  },

  'terminals are as many as somebody wants, and close with their shell': async () => {
    await vscode.commands.executeCommand('devyard.dokploy.openTerminal', workspaceId);
    await vscode.commands.executeCommand('devyard.dokploy.openTerminal', workspaceId);
    assert.equal(terminals('shell-box'), 2);
    // A clean exit closes the tab: so the shell was there, heard it, and its end was told.
    const closed = new Promise<void>((resolve) => {
      const listening = vscode.window.onDidCloseTerminal(({ name }) => {
        if (name !== 'shell-box') return;
        listening.dispose();
        resolve();
      });
    });
    vscode.window.terminals.findLast(({ name }) => name === 'shell-box')?.sendText('exit 0');
    await closed;
    assert.equal(terminals('shell-box'), 1);
  },

  'a log is read while it is on screen only': async () => {
    const { dokploy } = await devyard();
    const isFollowing = (): boolean => dokploy.parts?.logs.isFollowing(workspaceId, 'deploy') === true;
    assert.equal(isFollowing(), false);
    await vscode.commands.executeCommand('devyard.dokploy.showDeployLog', workspaceId);
    await until('the log', () => shownLog('Deploy log of shell-box (home / devyard / production)'));
    assert.equal(isFollowing(), true);
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await until('its end', () => !isFollowing());
  },

  'a port is forwarded': async () => {
    const { session } = await devyard();
    await vscode.commands.executeCommand('devyard.dokploy.forwardPort', workspaceId, '3000');
    const forwards = (): readonly number[] =>
      session.snapshot.workspaces.get(workspaceId)?.forwards.map(({ remotePort }) => remotePort) ?? [];
    await until('the forward', () => forwards().includes(3000));
    await vscode.commands.executeCommand('devyard.dokploy.removeForward', `${workspaceId}/forward/3000`);
    await until('its end', () => forwards().length === 0);
  },

  'the entry for another machine is copied without what holds only here': async () => {
    await vscode.commands.executeCommand('devyard.dokploy.copySshConfig', workspaceId);
    const copied = await vscode.env.clipboard.readText();
    assert.match(copied, /^Host devyard-shell-box$/m);
    assert.match(copied, /^ {2}IdentityFile ~\/\.ssh\/devyard-shell-box$/m);
    assert.match(copied, /SHA256:/);
    assert.doesNotMatch(copied, /UserKnownHostsFile|StrictHostKeyChecking/);
  },

  'nothing of it is left': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    await client.call('dokploy.delete', { params: { id: workspaceId }, query: {} });
    await until('its end', () => !session.snapshot.workspaces.has(workspaceId));
    await client.call('dokploy.removeServer', { params: { id: serverId } });
    await until('the end of the server', () => !session.snapshot.dokployServers.has(serverId));
    for (const terminal of vscode.window.terminals) terminal.dispose();
  },
};
