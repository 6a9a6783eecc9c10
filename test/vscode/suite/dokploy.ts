import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { DokployParts } from '../../../src/views/dokploy/parts.ts';
import type { DokployForSuite } from '../dokploy.ts';
import { devyard, until } from './host.ts';

const text = process.env['DEVYARD_TEST_DOKPLOY'] ?? '';
/** Why none of these tests can run; undefined: they can. */
export const skipped = text.startsWith('{') ? undefined : text || 'there is no Dokploy double';
const double = (): DokployForSuite => JSON.parse(text) as DokployForSuite;

let serverId = '';
let workspaceId = '';

async function parts(): Promise<DokployParts> {
  const { dokploy } = await devyard();
  assert.ok(dokploy.parts, 'the view was not loaded');
  return dokploy.parts;
}

/** All rows as they are now, those below indented. */
async function rows(row?: string, indent = ''): Promise<readonly string[]> {
  const { tree } = await parts();
  const below = await Promise.all(
    tree.getChildren(row).map((child) => rows(child, row === undefined ? '' : `${indent}  `)),
  );
  if (row === undefined) return below.flat();
  const { label, description } = tree.getTreeItem(row);
  return [`${indent}${typeof label === 'string' ? label : ''} | ${String(description)}`, ...below.flat()];
}

/** Waits until the description of a row matches. */
async function says(row: string, pattern: RegExp): Promise<void> {
  const { tree } = await parts();
  await until(`“${String(pattern)}” in the row`, () => pattern.test(String(tree.getTreeItem(row).description)));
}

async function turn(path: string): Promise<string> {
  const answer = await fetch(`${double().control}/${path}`);
  return await answer.text();
}

function isPart(part: object, whole: unknown): boolean {
  try {
    assert.partialDeepStrictEqual(whole, part);
    return true;
  } catch {
    return false;
  }
}

/** The way of one server and one workspace, in this order. */
export const tests: Record<string, () => Promise<void>> = {
  'the view is loaded when it is looked at, and is empty at first': async () => {
    const { session, dokploy } = await devyard();
    // Who stopped the daemon before does not get it back by looking.
    await session.connect();
    await vscode.commands.executeCommand('devyard.dokploy.focus');
    await dokploy.load();
    assert.deepEqual(await rows(), []);
    assert.equal((await parts()).statusBar.text, undefined);
  },

  'a server is a row with its version, and is read while it is on screen': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    const { url, key } = double();
    const body = { name: 'home', url, apiKey: key };
    const tested = await client.call('dokploy.addServer', { body });
    assert.equal(tested.ok, true, JSON.stringify(tested));
    serverId = tested.server.id;
    await says(serverId, /^v0\.30\.2 · no workspaces$/);
    assert.equal((await parts()).tree.getTreeItem(serverId).contextValue, 'dokployServer;connected;');
    const read = session.snapshot.dokployServers.get(serverId)?.checkedAt;
    await until('the next reading', () => session.snapshot.dokployServers.get(serverId)?.checkedAt !== read);
  },

  'a workspace that is created says what it waits for, then where it runs': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    const { image, user } = double();
    const seen = new Set<string>();
    const { tree, statusBar } = await parts();
    const end = session.on('change', () => {
      if (workspaceId !== '') seen.add(String(tree.getTreeItem(workspaceId).description));
      seen.add(statusBar.text ?? '');
    });
    // Whoever logs in is on this very computer, as its user: there must be no volume that could be erased.
    const body = { serverId, name: 'api-box', image, user, sshd: 'image' as const, volumes: [] };
    workspaceId = (await client.call('dokploy.create', { body })).id;
    await says(workspaceId, /^running · .*:\d+$/);
    end();
    assert.ok(
      [...seen].some((one) => one.startsWith('creating')),
      `seen: ${[...seen].join(', ')}`,
    );
    assert.ok(seen.has('$(loading~spin)'), `seen: ${[...seen].join(', ')}`);
    assert.equal(statusBar.text, '$(cloud) 1');
    const [home = '', project = '', box = ''] = await rows();
    assert.match(home, /^home \(127\.0\.0\.1:\d+\) \| v0\.30\.2 · 1 workspace$/);
    assert.match(project, /^ {2}\S+ \/ production \| $/);
    assert.match(box, /^ {4}api-box \| running/);
    const item = tree.getTreeItem(workspaceId);
    assert.match(item.contextValue ?? '', /^dokployWorkspace;running;created;connect;stop;/);
    assert.match(item.accessibilityInformation?.label ?? '', /^api-box, workspace, running/);
  },

  'its tooltip is only made when it is needed': async () => {
    const { tree } = await parts();
    const item = tree.getTreeItem(workspaceId);
    assert.equal(item.tooltip, undefined);
    const { tooltip } = tree.resolveTreeItem(item, workspaceId);
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.match(tooltip.value, /devyard\.dokploy\.openTerminal/);
    assert.ok(tooltip.value.includes('SHA256'), 'the pinned host key is missing');
  },

  'a port that is forwarded is a row below it, and goes again': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    const { tree } = await parts();
    const params = { id: workspaceId };
    const { localPort } = await client.call('dokploy.forward', { params, body: { remotePort: 3000 } });
    await until('the row', () => tree.getChildren(workspaceId).length === 1);
    const [row = ''] = tree.getChildren(workspaceId);
    assert.equal(tree.getTreeItem(row).label, `localhost:${String(localPort)} → 3000`);
    assert.equal(tree.getParent(row), workspaceId);
    await vscode.commands.executeCommand('devyard.dokploy.removeForward', row);
    await until('the end of the row', () => tree.getChildren(workspaceId).length === 0);
  },

  'Stop empties the status bar, and Start brings it back': async () => {
    const { statusBar } = await parts();
    await vscode.commands.executeCommand('devyard.dokploy.stop', workspaceId);
    await says(workspaceId, /^stopped$/);
    assert.equal(statusBar.text, undefined);
    await vscode.commands.executeCommand('devyard.dokploy.start', workspaceId);
    await says(workspaceId, /^running/);
    assert.equal(statusBar.text, '$(cloud) 1');
  },

  'a service that somebody else made is dimmed, and no menu changes it': async () => {
    const { session } = await devyard();
    const { url, key } = double();
    const post = async (procedure: string, body: object): Promise<Record<string, Record<string, string>>> => {
      const headers = { 'x-api-key': key, 'content-type': 'application/json' };
      const answer = await fetch(`${url}/api/${procedure}`, { method: 'POST', headers, body: JSON.stringify(body) });
      assert.equal(answer.status, 200);
      return (await answer.json()) as Record<string, Record<string, string>>;
    };
    const { environment } = await post('project.create', { name: 'shop' });
    await post('application.create', { name: 'web', environmentId: environment?.['environmentId'] });
    const foreign = (): string | undefined =>
      [...session.snapshot.workspaces.values()].find(({ name }) => name === 'web')?.id;
    await vscode.commands.executeCommand('devyard.dokploy.refresh');
    await until('the service', () => foreign() !== undefined);
    const item = (await parts()).tree.getTreeItem(foreign() ?? '');
    assert.equal(item.description, 'not adopted · application');
    assert.match(item.contextValue ?? '', /^dokployWorkspace;\w+;no;adopt;/);
    assert.ok(!/;(stop|delete|connect);/.test(item.contextValue ?? ''));
  },

  'a server that is gone says so, keeps what was known, and comes back': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    const { statusBar } = await parts();
    await turn('down');
    const tested = await client.call('dokploy.testServer', { params: { id: serverId } });
    assert.equal(tested.ok, false);
    await says(serverId, /^unreachable · 1 workspace · as of /);
    assert.equal(statusBar.text, '$(cloud) 1 ✕1');
    await turn('up');
    await client.call('dokploy.testServer', { params: { id: serverId } });
    await says(serverId, /^v0\.30\.2 · 1 workspace$/);
  },

  'what is hidden is not asked for': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    const call = client.call.bind(client) as (...all: unknown[]) => unknown;
    let heard: (body: unknown) => void = () => undefined;
    /** Which rows VS Code shows is known only after they are painted: what is said before that may be less. */
    const saying = async (rows: object, command: string): Promise<void> => {
      const said: unknown[] = [];
      const done = new Promise<void>((resolve, reject) => {
        heard = (body) => {
          said.push(body);
          if (isPart(rows, body)) resolve();
        };
        setTimeout(() => reject(new Error(`not ${JSON.stringify(rows)} but ${JSON.stringify(said)}`)), 20_000).unref();
      });
      await Promise.all([done, vscode.commands.executeCommand(command)]);
    };
    Object.assign(client, {
      call: (id: string, input: { readonly body?: unknown }, ...more: unknown[]) => {
        if (id === 'dokploy.look') heard(input.body);
        return call(id, input, ...more);
      },
    });
    try {
      await saying({ servers: [], workspaces: [] }, 'workbench.view.explorer');
      await saying({ servers: [serverId], workspaces: [workspaceId] }, 'devyard.dokploy.focus');
    } finally {
      Object.assign(client, { call });
    }
  },

  'a workspace that is deleted is gone from the tree and from its server': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    const { statusBar } = await parts();
    await client.call('dokploy.delete', { params: { id: workspaceId }, query: {} });
    await until('its end', () => !session.snapshot.workspaces.has(workspaceId));
    await says(serverId, / · no workspaces$/);
    assert.equal(statusBar.text, undefined);
    assert.equal(await turn('count/application.delete'), '1');
  },

  'a server that is removed leaves nothing': async () => {
    const { session } = await devyard();
    const { client } = await session.connect();
    await client.call('dokploy.removeServer', { params: { id: serverId } });
    await until(
      'the empty snapshot',
      () => session.snapshot.dokployServers.size + session.snapshot.workspaces.size === 0,
    );
    assert.deepEqual(await rows(), []);
  },
};
