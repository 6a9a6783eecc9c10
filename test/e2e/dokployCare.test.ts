import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { daemonPid } from '../support/daemon.ts';
import { devyard } from './devServersYard.ts';
import { type DokployRoom, patience, sitePort, statusItem, tellDokployStory } from './dokployRoom.ts';
import { dokployUrl } from './dokployYard.ts';

/** A day with several workspaces, of which the first was made on the command line. */
let room: DokployRoom;

tellDokployStory(async (opened) => {
  room = opened;
  const { desk, yard } = room;
  const { key, image } = yard.double;
  const keyFile = join(desk.project, 'key');
  await writeFile(keyFile, key, { mode: 0o600 });
  const run = (...args: readonly string[]): Promise<string> => devyard(desk, 'dokploy', ...args);
  const trust = ['--api-key-file', keyFile, '--certificate', yard.fingerprint];
  await run('server', 'add', dokployUrl, '--name', 'home', ...trust);
  const place = ['--project', 'team', '--target', yard.node, '--image', image];
  await run('create', 'api-box', ...place, '--cpus', '1', '--memory', '2048');
  await run('exec', 'api-box', '--', 'sh', '-c', 'mkdir -p site && echo "Served by the workspace" > site/index.html');
  await room.box('running').waitFor();
});

describe('workspaces on a Dokploy server', () => {
  test('an edit is deployed, and the home folder outlives that', async () => {
    const [appName = ''] = room.yard.double.services();
    expect(room.yard.double.spec(appName)?.memoryBytes).toBe(2 * 1024 ** 3);
    await room.window.itemMenu(room.box(), 'Edit Workspace…');
    await room.window.pick(/^Resources/);
    await room.window.pick(/^No Limit/);
    await room.window.question(/What else to change/);
    await room.line('Resources, no limit (changed)').waitFor();
    await room.window.pick(/^Apply and Redeploy, 1 change/);
    await room.box('changing').waitFor();
    await room.box('running').waitFor();
    await room.window.itemMenu(room.box(), 'Run Command…');
    await room.typeIn('cat site/index.html', 'run this');
    await room.screen().getByText('Served by the workspace').waitFor();
    expect(room.yard.double.spec(appName)?.memoryBytes).toBeUndefined();
  });

  test('an image that cannot be had is a failure in the words of the log', async () => {
    await room.window.clearNotifications();
    await room.window.itemAction(room.row('team / production', 'project'), 'Create Workspace…');
    await room.window.question(/Which machine runs it/);
    await room.window.pick(new RegExp(`^${room.yard.node},`));
    await room.window.pick(/^Without Docker/);
    await room.typeIn('registry.example.com/team/ml:latest', 'use this image');
    await room.window.pick(/^No Login/);
    await room.window.pick(/^No Limit/);
    await room.window.pick(/^Continue/);
    await room.window.question(/git\.example\.com/);
    await room.window.answer('');
    await room.window.question(/For example: api/);
    await room.window.answer('API-box');
    await room.window.page.getByText('api-box is in this project already').waitFor();
    await room.window.answer('ml-box');
    await room.window.question(/Create ml-box like this/);
    await room.window.pick(/^Create$/);
    await room.box('failed, manifest for registry', 'ml-box').waitFor();
    const told = room.window.notification(/Could not create ml-box.*manifest unknown/);
    await told.getByRole('button', { name: 'Retry' }).waitFor();
    await expect.poll(() => room.statusText(), patience).toMatch(/\b1\b.*✕1/);
    await told.getByRole('button', { name: 'Show Logs' }).click();
    await expect.poll(() => room.window.outputText(), patience).toContain('❌ Pulling image failed');
    await room.window.clearNotifications();
    const why = await room.tooltipText(room.box('', 'ml-box'));
    for (const part of ['registry.example.com/team/ml:latest', 'manifest unknown', 'Redeploy', 'Show Log']) {
      expect(why).toContain(part);
    }
    await room.window.restMouse();
  });

  test('a service that somebody else made is adopted with the key that logs in', async () => {
    const { privateKeyFile } = await room.yard.addService('web');
    // What Devyard does not care for is out of the way until somebody looks.
    await room.row('shop / production', 'project').click();
    await room.window.itemAction(room.row('web', 'service', 'not adopted, application'), 'Adopt Service…');
    await room.window.question(/For example: root/);
    await room.window.answer('root');
    await room.window.question(/^22$/);
    await room.window.answer('22');
    await room.window.pick(/^Use a Private Key…/);
    await room.window.chooseFile(privateKeyFile, 'Use This Key');
    await room.window.notification(/Devyard takes care of web now/).waitFor();
    await room.box('running', 'web').waitFor();
    await room.window.itemMenu(room.box('', 'web'), 'Run Command…');
    await room.typeIn('echo adopted, too', 'run this');
    await room.screen().getByText('Exit code 0').waitFor();
    expect((await room.screenText()).split('\n')).toContain('adopted, too');
    await room.window.clearNotifications();
  });

  test('what there is and how it is can be seen at a glance', async () => {
    await room.window.itemMenu(room.box(), 'Forward Port…');
    await room.typeIn(String(sitePort), 'forward this port');
    await room.window.notification(/leads to port/).waitFor();
    await room.window.clearNotifications();
    await room.window.command('Terminal: Kill All Terminals');
    await room.window.itemAction(room.box(), 'Open Terminal');
    await room.screen().getByText('bash').waitFor();
    await room.window.typeInTerminal('cat site/index.html');
    await room.screen().getByText('Served by the workspace').waitFor();
    // Below the last row: nothing is selected.
    await room.window.page.mouse.click(200, 500);
    await room.window.page.locator('.part.sidebar .title-label').click();
    await room.window.restMouse();
    await room.pictures.take('dokploy');
    await room.window.itemAction(room.forwarded(), 'Stop Forwarding Port');
    await room.forwarded().waitFor({ state: 'hidden' });
    expect(await room.statusText()).toMatch(/\b2\b.*✕1/);
  });

  test('a deletion says what is erased, and leaves nothing else undone', async () => {
    await room.window.itemMenu(room.box('', 'ml-box'), 'Delete Workspace…');
    await room.modal().getByText('Delete the workspace "ml-box"?').waitFor();
    const words = await room.modal().innerText();
    for (const part of ['With Delete, erased on home', 'team / production', 'Delete with Volumes']) {
      expect(words).toContain(part);
    }
    await room.window.answerModal('Delete with Volumes');
    await room.box('', 'ml-box').waitFor({ state: 'hidden' });
    expect((await room.yard.double.volumes()).filter((name) => name.includes('ml-box'))).toEqual([]);
    await room.box('running').waitFor();
  });

  test('a window that is reloaded and a daemon that is killed lose nothing', async () => {
    await room.window.clearNotifications();
    await room.window.reload();
    for (const name of ['api-box', 'web']) await room.box('running', name).waitFor();
    const killed = await daemonPid(room.desk.dataDir);
    await room.window.watchRowCount();
    process.kill(killed ?? 0, 'SIGKILL');
    await expect.poll(() => daemonPid(room.desk.dataDir), patience).not.toBe(killed);
    await expect.poll(() => daemonPid(room.desk.dataDir), patience).toBeDefined();
    for (const name of ['api-box', 'web']) await room.box('running', name).waitFor();
    await room.row('home', 'Dokploy server', 'v0.30.2, 2 workspaces').waitFor();
    // The server, two projects and a workspace in each.
    expect(await room.window.fewestRows()).toBe(5);
  });

  test('a server that cannot be reached says so, and takes no workspace for gone', async () => {
    await room.yard.double.goDown();
    await room.window.itemMenu(room.row('home', 'Dokploy server'), 'Test Dokploy Server');
    const told = room.window.notification(/home (cannot be reached|answers with an error)/);
    await told.getByRole('button', { name: 'Test Again' }).waitFor();
    await room.row('home', 'Dokploy server', 'unreachable').waitFor();
    await expect.poll(() => room.statusText(), patience).toContain('✕1');
    // A daemon that has just come up may not have asked for their containers yet.
    const unsure = '(?:running when last seen|unverified)';
    for (const name of ['api-box', 'web']) await room.box(unsure, name).waitFor();
    await room.yard.double.comeUp();
    await told.getByRole('button', { name: 'Test Again' }).click();
    await room.row('home', 'Dokploy server', 'v0.30.2, 2 workspaces').waitFor();
    for (const name of ['api-box', 'web']) await room.box('running', name).waitFor();
    await room.window.clearNotifications();
  });

  test('a server that is removed takes nothing along on its side', async () => {
    const services = room.yard.double.services();
    await room.window.itemMenu(room.row('home', 'Dokploy server'), 'Remove Dokploy Server…');
    await room.modal().getByText('Remove the Dokploy server "home" from Devyard?').waitFor();
    expect(await room.modal().innerText()).toContain('What runs there goes on');
    await room.window.answerModal('Remove');
    await room.window.page.getByText('There is no Dokploy server yet.').waitFor();
    await room.window.statusItem(statusItem).waitFor({ state: 'hidden' });
    expect(room.yard.double.services()).toEqual(services);
    expect(services).toHaveLength(2);
  });
});
