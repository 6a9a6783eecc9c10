import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CodeServer } from '../../src/api/contract/codeServers.ts';
import type { Workbench } from '../support/workbench.ts';
import { ProxyDesk } from './proxyDesk.ts';

/** Writes down what it finds of its own at each start, and leaves something where nothing is. */
const probe = `
const vscode = require('vscode'), fs = require('fs'), path = require('path');
exports.activate = async ({ secrets, globalState }) => {
  const folder = vscode.workspace.workspaceFolders[0].uri.fsPath;
  const secret = await secrets.get('k'), state = globalState.get('g'), own = 'of ' + path.basename(folder);
  if (secret === undefined) await secrets.store('k', own);
  if (state === undefined) await globalState.update('g', own);
  fs.appendFileSync(path.join(folder, 'seen.txt'), JSON.stringify({ secret, state }) + '\\n');
};`;

let desk: ProxyDesk | undefined;
let reason = '';

beforeAll(async () => {
  const opened = await ProxyDesk.open();
  desk = opened.desk;
  if ('reason' in opened) reason = opened.reason;
}, 300_000);
afterAll(() => desk?.[Symbol.asyncDispose]());

async function withProbe(at: ProxyDesk, name: string): Promise<CodeServer> {
  const server = await at.yard.create(at.client, name);
  const extensions = join(at.yard.dataDir, 'code-servers', server.id, 'extensions');
  const folder = join(extensions, 'test.probe-1.0.0');
  await mkdir(folder, { recursive: true });
  const manifest = {
    ...{ name: 'probe', publisher: 'test', version: '1.0.0', engines: { vscode: '^1.80.0' } },
    ...{ main: './main.js', activationEvents: ['onStartupFinished'] },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'main.js'), probe);
  return at.client.call('codeServers.start', { params: { id: server.id }, body: { wait: true } });
}

/** What the probe found at its n-th start. */
async function seen({ folder }: CodeServer, n: number): Promise<unknown> {
  const lines = async (): Promise<string[]> =>
    (await readFile(join(folder, 'seen.txt'), 'utf8').catch(() => '')).split('\n').slice(0, -1);
  await expect.poll(async () => (await lines()).length, { timeout: 30_000 }).toBe(n);
  return JSON.parse((await lines()).at(-1) ?? '');
}

/** A secret reaches the browser's storage a moment after it was stored. */
async function kept({ page }: Workbench): Promise<void> {
  await page.waitForFunction('localStorage.getItem("secrets.provider") !== null');
}

test('two code-servers through one daemon keep their own secrets and state', async ({ skip }) => {
  if (desk === undefined) return skip(reason);
  const [one, two] = [await withProbe(desk, 'one'), await withProbe(desk, 'two')];
  const first = await desk.show(await desk.ticketUrl(one, null));
  expect(await seen(one, 1)).toEqual({});
  await kept(first);
  const second = await desk.show(await desk.ticketUrl(two, null));
  expect(await seen(two, 1)).toEqual({});
  await kept(second);
  expect(new URL(first.page.url()).origin).not.toBe(new URL(second.page.url()).origin);
  await first.page.reload();
  expect(await seen(one, 2)).toEqual({ secret: 'of one', state: 'of one' });
  await second.page.reload();
  expect(await seen(two, 2)).toEqual({ secret: 'of two', state: 'of two' });
});
