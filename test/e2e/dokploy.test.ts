import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Locator } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { daemonPid } from '../support/daemon.ts';
import { Pictures } from '../support/pictures.ts';
import { Workbench } from '../support/workbench.ts';
import type { Desk } from './desk.ts';
import { type DokployYard, dokployUrl, openYard } from './dokployYard.ts';
import { tellStory } from './story.ts';

/** A day with a Dokploy server and workspaces on it, which are real machines. Each test goes on where the last one ended. */
const statusItem = 'devyard.devyard.dokploy';
/** How long what is looked at again and again may take on a busy machine. */
const patience = { timeout: 60_000 };

const exec = promisify(execFile);
/** Where the workspace serves a page: without a container of its own it is a port of this computer. */
const sitePort = 3471;

let yard: DokployYard;
let desk: Desk;
let window: Workbench;
let pictures: Pictures;

tellStory({
  async prepare() {
    const opened = await openYard();
    if (opened === undefined) return { missing: 'neither a Docker engine nor an sshd can be had' };
    yard = opened;
    return yard.desk;
  },
  async begin(opened) {
    desk = opened;
    await desk.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    window = new Workbench(await desk.context.newPage());
    window.page.setDefaultTimeout(patience.timeout);
    pictures = new Pictures(window.page);
    // A workbench that is only being drawn may miss that its window became smaller.
    await window.page.setViewportSize({ width: 1100, height: 700 });
    await window.open(desk.origin, desk.workspace);
    await window.clickContainer('Devyard');
    for (const name of ['Code Servers', 'Dev Servers']) {
      await window.page.getByRole('button', { name: `${name} Section` }).click();
    }
    await window.widenSidebar(110);
  },
  windows: () => [window],
});

afterAll(() => yard[Symbol.asyncDispose]());

/** A row by how it is read out: `api-box, workspace, running, node1, :2222`. */
const row = (name: string, kind: 'Dokploy server' | 'workspace' | 'service' | 'project' | 'environment', status = '') =>
  window.treeItem(new RegExp(`^${name}, ${kind}.*${status}`));
const box = (status = '', name = 'api-box'): Locator => row(name, 'workspace', status);
const forwarded = (): Locator => window.treeItem(new RegExp(`^Port ${String(sitePort)} of the workspace at port \\d+`));
const modal = (): Locator => window.page.locator('.monaco-dialog-box');
const summaryLine = (label: string | RegExp): Locator =>
  window.page.locator('.quick-input-list').getByRole('option', { name: label });
const screen = (): Locator => window.page.locator('.terminal-wrapper.active .xterm-rows');
const statusText = (): Promise<string> => window.statusItem(statusItem).innerText();
/** What is on the clipboard of the browser. */
const clipboard = (): Promise<string> => window.page.evaluate('navigator.clipboard.readText()');

/** Types what is not among the suggestions of a question. */
async function typeIn(text: string, said: string): Promise<void> {
  await window.quickInput().fill(text);
  await summaryLine(`${text}, ${said}`).click();
}

/** Picks a line of a summary that is too long to be seen as a whole. */
async function change(label: string): Promise<void> {
  await window.quickInput().fill(label);
  await window.pick(new RegExp(`^${label}`));
}

/** Nothing in it has the focus or the mouse. */
async function picture(name: string, prepare?: () => Promise<unknown>): Promise<void> {
  await window.page.locator('.part.sidebar .title-label').click();
  await window.restMouse();
  await pictures.take(name, undefined, prepare);
}

describe('Dokploy in a real editor', () => {
  test('with nothing there yet, the view says what it is for', async () => {
    await window.page.getByText('There is no Dokploy server yet.').waitFor();
    await window.page.getByRole('button', { name: 'Add Dokploy Server…' }).first().waitFor();
    expect(await window.page.getByRole('treeitem').count()).toBe(0);
    expect(await window.statusItem(statusItem).count()).toBe(0);
    await picture('dokployWelcome');
  });

  test('a certificate that nobody trusts is shown, and a bad key is told from it', async () => {
    await window.page.locator('.welcome-view-content').getByRole('button', { name: 'Add Dokploy Server…' }).click();
    await window.question(/dokploy\.example\.com/);
    await window.quickInput().fill('dokploy.example.com');
    await window.page.getByText('Begin with https://').waitFor();
    await window.answer(`${dokployUrl}/dashboard/projects`);
    await window.question(/button above opens the page/);
    await window.back();
    await window.question(/dokploy\.example\.com/);
    expect(await window.quickInput().inputValue()).toBe(dokployUrl);
    await window.page.keyboard.press('Enter');
    await window.question(/button above opens the page/);
    await window.answer('not-a-key');
    await modal().getByText('Trust the certificate of dokploy.example.com?').waitFor();
    expect(await modal().innerText()).toContain(yard.fingerprint);
    await pictures.take('dokployCertificate');
    await window.answerModal('Trust This Certificate');
    const refusal = window.notification(/does not know this API key/);
    await refusal.waitFor();
    await pictures.take('dokployKey');
    await refusal.getByRole('button', { name: 'Enter Another Key…' }).click();
    await window.question(/button above opens the page/);
    await window.answer('also-wrong');
    await window.page.locator('.quick-input-widget').getByText('does not know this API key').waitFor();
    await window.answer(yard.double.key);
    await window.notification(/was reached \(Dokploy 0\.30\.2\), and accepts the API key/).waitFor();
    await row('dokploy.example.com', 'Dokploy server', 'v0.30.2').waitFor();
    await pictures.take('dokployAdded');
    expect(await window.statusItem(statusItem).count()).toBe(0);
  });

  test('the server gets a name of its own', async () => {
    await window.clearNotifications();
    await window.itemMenu(row('dokploy.example.com', 'Dokploy server'), 'Edit Dokploy Server…');
    await window.pick(/^Name…/);
    await window.answer('home');
    await row('home', 'Dokploy server', 'v0.30.2, no workspaces').waitFor();
  });

  test('a workspace is asked for step by step, and back', async () => {
    await window.itemAction(row('home', 'Dokploy server'), 'Create Workspace…');
    await window.question(/In which project/);
    await window.pick(/^New Project…/);
    await window.question(/For example: devyard/);
    await window.answer('devpod');
    await window.question(/In which environment of devpod/);
    await window.back();
    await window.question(/For example: devyard/);
    await window.answer('team');
    await window.question(/In which environment of team/);
    await window.pick(/^Default Environment/);
    await window.question(/Which machine runs it/);
    await window.pick(new RegExp(`^${yard.node},`));
    await window.question(/Does it need Docker inside/);
    await pictures.take('dokployKind');
    await window.pick(/^With Docker Inside/);
    await window.question(/Which Docker image/);
    await window.back();
    await window.pick(/^Without Docker/);
    await window.question(/Which Docker image/);
    await pictures.take('dokployImage');
    await typeIn(yard.double.image, 'use this image');
    await window.question(/need a login/);
    await window.pick(/^No Login/);
    await window.question(/How much of the machine/);
    await window.pick(/^No Limit/);
    await window.question(/outlive the container/);
    await pictures.take('dokployVolumes');
    await window.pick(/^Continue/);
    await window.question(/git\.example\.com/);
    await window.quickInput().fill('http://localhost:3000/team/api.git');
    await window.page.getByText('The workspace cannot reach localhost of this computer').waitFor();
    await window.answer('');
    await window.question(/For example: api/);
    await window.answer('api-box');
    await window.question(/Create api-box like this/);
    await summaryLine('Machine, vm').waitFor();
    await summaryLine('Resources, no limit').click();
    await window.question(/How much of the machine/);
    // Docker refuses more processors than there are.
    await window.pick(/^1 processor, 2 GB of memory/);
    await window.question(/Create api-box like this/);
    await change('Environment Variables');
    await window.pick(/^Add Variable…/);
    await window.question(/For example: LANG/);
    await window.answer('GREETING=good morning');
    await window.pick(/^Continue/);
    await window.question(/Create api-box like this/);
    if (yard.double.user !== undefined) {
      await change('User');
      await window.question(/For example: dev$/);
      await window.answer(yard.double.user);
      await window.question(/Create api-box like this/);
    }
    await pictures.take('dokploySummary');
  });

  test('what is being done for it is said step by step, and its log goes on meanwhile', async () => {
    const pulling = yard.double.hold('worker.pull');
    await window.pick(/^Create$/);
    await box('creating').waitFor();
    await pulling.reached;
    await box('creating, deploying').waitFor();
    await window.notification(/Creating api-box/).waitFor();
    await expect.poll(statusText).not.toContain('1');
    await pictures.take('dokployCreating');
    await window.itemMenu(box(), 'Show Deploy Log');
    await expect.poll(() => window.outputText(), patience).toContain(`Pulling ${yard.double.image}`);
    expect(await window.outputText()).not.toContain('completed');
    pulling.release();
    await expect.poll(() => window.outputText(), patience).toContain('Pulling image completed');
    await box('running, vm, :22\\d\\d').waitFor({ timeout: 60_000 });
    await window.notification(/api-box is running, and SSH logs in/).waitFor();
    await expect.poll(statusText).toMatch(/^\s*1\s*$/);
    await pictures.take('dokployCreated');
  });

  test('the tree says where it is, and the status bar what can be done with it', async () => {
    await window.clearNotifications();
    await row('home', 'Dokploy server', 'v0.30.2, 1 workspace').waitFor();
    await row('team / production', 'project', '1 workspace').waitFor();
    const tooltip = await (await window.tooltipOf(box())).innerText();
    for (const part of [
      'home / team / production',
      yard.double.image,
      '1 processor · 2 GB',
      'SHA256:',
      'Open Terminal',
    ]) {
      expect(tooltip).toContain(part);
    }
    await pictures.take('dokployTooltip', undefined, async () => {
      await window.restMouse();
      await window.tooltipOf(box());
    });
    await window.restMouse();
    const summary = await (await window.tooltipOf(window.statusItem(statusItem))).innerText();
    for (const part of ['Dokploy Workspaces', 'api-box running · vm · :22', 'Open Terminal', 'Stop']) {
      expect(summary).toContain(part);
    }
    await pictures.take('dokployStatus', undefined, async () => {
      await window.restMouse();
      await window.tooltipOf(window.statusItem(statusItem));
    });
    await window.restMouse();
    await window.statusItem(statusItem).click();
    for (const name of ['Open Terminal in api-box', 'Stop api-box', 'Create Workspace on home…']) {
      await summaryLine(name).waitFor();
    }
    await pictures.take('dokployActions');
    await window.page.keyboard.press('Escape');
  });

  test('a terminal is a shell in the container', async () => {
    await window.itemAction(box(), 'Open Terminal');
    await screen().waitFor();
    await window.typeInTerminal('echo "$GREETING, it is $((6 * 7))" from $0');
    await screen().getByText('good morning, it is 42').waitFor();
    await window.typeInTerminal('mkdir -p site && echo "Served by the workspace" > site/index.html');
    await window.typeInTerminal(
      `httpd -p ${String(sitePort)} -h ~/site || busybox httpd -p ${String(sitePort)} -h ~/site`,
    );
    await picture('dokployTerminal');
  });

  test('a command is run without one, and says how it ended', async () => {
    await window.itemMenu(box(), 'Run Command…');
    await typeIn('cat site/index.html; exit 3', 'run this');
    await screen().getByText('Served by the workspace').waitFor();
    await screen().getByText('Exit code 3').waitFor();
    await pictures.take('dokployCommand');
  });

  test('a port of it becomes one of this computer, and a browser shows what is there', async () => {
    await window.itemMenu(box(), 'Forward Port…');
    await typeIn(String(sitePort), 'forward this port');
    const told = window.notification(new RegExp(`leads to port ${String(sitePort)} of api-box`));
    await told.waitFor();
    await pictures.take('dokployForward');
    const [page] = await Promise.all([
      desk.context.waitForEvent('page'),
      told.getByRole('button', { name: 'Open in Browser' }).click(),
    ]);
    await page.getByText('Served by the workspace').waitFor();
    await page.close();
    await forwarded().waitFor();
    await window.itemAction(forwarded(), 'Stop Forwarding Port');
    await forwarded().waitFor({ state: 'hidden' });
  });

  test('Remote-SSH is not for an editor in a browser, which offers what works instead', async () => {
    await window.clearNotifications();
    await window.itemAction(box(), 'Open in Remote-SSH');
    const told = window.notification(/An editor in a browser cannot open Remote-SSH windows/);
    await told.getByRole('button', { name: 'Open Terminal' }).waitFor();
    await pictures.take('dokployRemote');
    await told.getByRole('button', { name: 'Copy SSH Config' }).click();
    await window.notification(/Copied\. The private key stays on/).waitFor();
    expect(await clipboard()).toMatch(/^# api-box, a workspace of Devyard[\s\S]*\nHost \S*api-box/);
    // The entry that Devyard keeps is good for ssh itself.
    const alias = /^Host (\S+)$/m.exec(await clipboard())?.[1] ?? '';
    const said = await exec('ssh', ['-F', join(desk.dataDir, 'ssh', 'config'), alias, 'echo "$GREETING"']);
    expect(said.stdout).toBe('good morning\n');
  });

  test('Stop, Start and Restart', async () => {
    await window.clearNotifications();
    await window.itemAction(box(), 'Stop Workspace');
    await box('stopped').waitFor({ timeout: 60_000 });
    await window.statusItem(statusItem).waitFor({ state: 'hidden' });
    await window.itemAction(box(), 'Start Workspace');
    await box('running').waitFor({ timeout: 60_000 });
    await window.itemMenu(box(), 'Show Container Log');
    // Only what is on screen can be read.
    await window.command('View: Toggle Maximized Panel');
    const starts = async (): Promise<number> => [...(await window.outputText()).matchAll(/devyard: ready for/g)].length;
    await expect.poll(starts, patience).toBe(1);
    await window.itemMenu(box(), 'Restart Workspace');
    await box('restarting').waitFor();
    await box('running').waitFor({ timeout: 60_000 });
    // The new container's log goes on below that of the old one.
    await expect.poll(starts, patience).toBe(2);
    await picture('dokployLog');
    await window.command('View: Toggle Maximized Panel');
  });

  test('an edit is deployed, and the home folder outlives that', async () => {
    await window.itemMenu(box(), 'Edit Workspace…');
    await window.pick(/^Resources/);
    await window.pick(/^No Limit/);
    await window.question(/What else to change/);
    await summaryLine('Resources, no limit (changed)').waitFor();
    await pictures.take('dokployEdit');
    await window.pick(/^Apply and Redeploy, 1 change/);
    await box('changing').waitFor();
    await box('running').waitFor({ timeout: 60_000 });
    await window.itemMenu(box(), 'Run Command…');
    await window.pick(/^cat site\/index\.html/);
    await screen().getByText('Served by the workspace').nth(1).waitFor();
  });

  test('an image that cannot be had is a failure in the words of the log', async () => {
    await window.clearNotifications();
    await window.itemAction(row('team / production', 'project'), 'Create Workspace…');
    await window.question(/Which machine runs it/);
    await window.pick(new RegExp(`^${yard.node},`));
    await window.pick(/^Without Docker/);
    await typeIn('registry.example.com/team/ml:latest', 'use this image');
    await window.pick(/^No Login/);
    await window.pick(/^No Limit/);
    await window.pick(/^Continue/);
    await window.question(/git\.example\.com/);
    await window.answer('');
    await window.question(/For example: api/);
    await window.answer('API-box');
    await window.page.getByText('api-box is in this project already').waitFor();
    await window.answer('ml-box');
    await window.question(/Create ml-box like this/);
    await window.pick(/^Create$/);
    await box('failed', 'ml-box').waitFor({ timeout: 60_000 });
    const told = window.notification(/Could not create ml-box.*manifest unknown/);
    await told.getByRole('button', { name: 'Retry' }).waitFor();
    await expect.poll(statusText).toMatch(/\b1\b.*✕1/);
    await told.getByRole('button', { name: 'Show Logs' }).click();
    await expect.poll(() => window.outputText(), patience).toContain('❌ Pulling image failed');
    await window.clearNotifications();
    await pictures.take('dokployFailed', undefined, async () => {
      await window.restMouse();
      await window.tooltipOf(box('', 'ml-box'));
    });
    await window.restMouse();
  });

  test('a service that somebody else made is adopted with the key that logs in', async () => {
    const { privateKeyFile } = await yard.addService('web');
    // What Devyard does not care for is out of the way until somebody looks.
    await row('shop / production', 'project').click();
    await window.itemAction(row('web', 'service', 'not adopted, application'), 'Adopt Service…');
    await window.question(/For example: root/);
    await window.answer(yard.double.user ?? 'root');
    await window.question(/^22$/);
    await window.answer('22');
    await window.pick(/^Use a Private Key…/);
    await window.chooseFile(privateKeyFile, 'Use This Key');
    await window.notification(/Devyard takes care of web now/).waitFor();
    await box('running', 'web').waitFor({ timeout: 60_000 });
    await window.itemMenu(box('', 'web'), 'Run Command…');
    await typeIn('echo adopted, too', 'run this');
    await screen().getByText('adopted, too').nth(1).waitFor();
    await window.clearNotifications();
  });

  test('what there is and how it is can be seen at a glance', async () => {
    await window.itemMenu(box(), 'Forward Port…');
    await window.pick(new RegExp(`^${String(sitePort)}, forwarded before`));
    await window.notification(/leads to port/).waitFor();
    await window.clearNotifications();
    await window.command('Terminal: Kill All Terminals');
    await window.itemAction(box(), 'Open Terminal');
    await screen().getByText('bash').waitFor();
    await window.typeInTerminal('cat site/index.html');
    await screen().getByText('Served by the workspace').nth(0).waitFor();
    // Below the last row: nothing is selected.
    await window.page.mouse.click(200, 500);
    await picture('dokploy');
    await window.itemAction(forwarded(), 'Stop Forwarding Port');
    await forwarded().waitFor({ state: 'hidden' });
  });

  test('a deletion says what is erased, and leaves nothing else undone', async () => {
    await window.itemMenu(box('', 'ml-box'), 'Delete Workspace…');
    await modal().getByText('Delete the workspace "ml-box"?').waitFor();
    const words = await modal().innerText();
    for (const part of ['With Delete, erased on home', 'team / production', 'Delete with Volumes']) {
      expect(words).toContain(part);
    }
    await pictures.take('dokployDelete');
    await window.answerModal('Delete with Volumes');
    await box('', 'ml-box').waitFor({ state: 'hidden', timeout: 60_000 });
    expect((await yard.double.volumes()).filter((name) => name.includes('ml-box'))).toEqual([]);
    await box('running').waitFor();
  });

  test('a window that is reloaded and a daemon that is killed lose nothing', async () => {
    await window.clearNotifications();
    await window.reload();
    for (const name of ['api-box', 'web']) await box('running', name).waitFor();
    const killed = await daemonPid(desk.dataDir);
    await window.watchRowCount();
    process.kill(killed ?? 0, 'SIGKILL');
    await expect.poll(() => daemonPid(desk.dataDir), patience).not.toBe(killed);
    await expect.poll(() => daemonPid(desk.dataDir), patience).toBeDefined();
    for (const name of ['api-box', 'web']) await box('running', name).waitFor({ timeout: 60_000 });
    await row('home', 'Dokploy server', 'v0.30.2, 2 workspaces').waitFor();
    // The server, two projects and a workspace in each.
    expect(await window.fewestRows()).toBe(5);
  });

  test('a server that cannot be reached says so, and takes no workspace for gone', async () => {
    await yard.double.goDown();
    await window.itemMenu(row('home', 'Dokploy server'), 'Test Dokploy Server');
    const told = window.notification(/home (cannot be reached|answers with an error)/);
    await told.getByRole('button', { name: 'Test Again' }).waitFor();
    await row('home', 'Dokploy server', 'unreachable').waitFor();
    await expect.poll(statusText, patience).toContain('✕1');
    for (const name of ['api-box', 'web']) await box('running when last seen', name).waitFor();
    await pictures.take('dokployDown');
    await yard.double.comeUp();
    await told.getByRole('button', { name: 'Test Again' }).click();
    await row('home', 'Dokploy server', 'v0.30.2, 2 workspaces').waitFor();
    for (const name of ['api-box', 'web']) await box('running', name).waitFor();
    await window.clearNotifications();
  });

  test('a server that is removed takes nothing along on its side', async () => {
    const services = yard.double.services();
    await window.itemMenu(row('home', 'Dokploy server'), 'Remove Dokploy Server…');
    await modal().getByText('Remove the Dokploy server "home" from Devyard?').waitFor();
    expect(await modal().innerText()).toContain('What runs there goes on');
    await pictures.take('dokployRemove');
    await window.answerModal('Remove');
    await window.page.getByText('There is no Dokploy server yet.').waitFor();
    await window.statusItem(statusItem).waitFor({ state: 'hidden' });
    expect(yard.double.services()).toEqual(services);
    expect(services).toHaveLength(2);
  });
});
