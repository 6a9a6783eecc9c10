import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { daemonPid } from '../support/daemon.ts';
import { Pictures } from '../support/pictures.ts';
import { Workbench } from '../support/workbench.ts';
import { openDesk } from './desk.ts';
import type { Desk } from './desk.ts';
import { tellStory } from './story.ts';

/** What a person sees when something goes wrong. Each test goes on where the one before it ended. */
const statusItem = 'devyard.devyard.codeServers';
const row = (name: string, status = ''): RegExp => new RegExp(`^${name}, .*${status}`);

let desk: Desk;
let window: Workbench;

tellStory({
  async begin(opened) {
    desk = opened;
    window = new Workbench(await desk.context.newPage());
    await window.open(desk.origin, desk.workspace);
    await window.clickContainer('Devyard');
  },
  windows: () => [window],
});

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

describe('when something goes wrong', () => {
  test('a daemon that is killed leaves the view as it is and comes back', async () => {
    await window.createCodeServer('api', desk.project);
    await window.treeItem(row('api', 'running')).waitFor({ timeout: 60_000 });
    const killed = await daemonPid(desk.dataDir);
    expect(killed).toBeDefined();
    await window.watchRowCount();
    const began = performance.now();
    process.kill(killed ?? 0, 'SIGKILL');
    await expect.poll(() => daemonPid(desk.dataDir), { timeout: 20_000, interval: 20 }).not.toBe(killed);
    await expect.poll(() => daemonPid(desk.dataDir), { timeout: 20_000, interval: 20 }).toBeDefined();
    process.stdout.write(`a new daemon ran ${String(Math.round(performance.now() - began))} ms after the kill\n`);
    // It can be used again: the new daemon has taken over what the old one started.
    await window.itemAction(window.treeItem(row('api')), 'Stop');
    await window.treeItem(row('api', 'stopped')).waitFor();
    expect(await window.fewestRows()).toBe(1);
  });

  test('a code-server that ends at once is shown as failed, with its last words', async () => {
    await window.createEmptyCodeServer('ml-box');
    await window.treeItem(row('ml-box', 'stopped')).waitFor();
    await desk.codeServers.turn('broken');
    await window.itemAction(window.treeItem(row('ml-box')), 'Start');
    await window.treeItem(row('ml-box', 'failed, exit 3')).waitFor();
    const message = window.notification(/Could not start ml-box/);
    await message.waitFor();
    await message.getByRole('button', { name: 'Show Logs' }).waitFor();
    await expect.poll(() => window.statusItem(statusItem).innerText()).toMatch(/\b1\b/);
    await window.clearNotifications();
    const tooltip = (): Promise<Locator> => window.tooltipOf(window.treeItem(row('ml-box')));
    const text = await (await tooltip()).innerText();
    for (const part of ['exit code 3', 'No space left on device', 'Retry', 'Show Logs']) expect(text).toContain(part);
    await new Pictures(window.page).take('failed', { x: 0, y: 36, width: 900, height: 290 }, async () => {
      await window.restMouse();
      await tooltip();
    });
  });

  test('all states at once', async () => {
    await desk.codeServers.turn('normal');
    await window.itemAction(window.treeItem(row('api')), 'Start');
    await window.treeItem(row('api', 'running')).waitFor({ timeout: 30_000 });
    await window.createEmptyCodeServer('docs');
    await window.createEmptyCodeServer('notebook');
    await window.page.setViewportSize({ width: 1000, height: 560 });
    await window.widenSidebar(120);
    await window.itemMenu(window.treeItem(row('api')), 'Show Logs');
    await expect
      // A narrow panel breaks lines where it likes.
      .poll(async () => (await window.outputText()).replaceAll(/\s+/g, ' '), { timeout: 10_000 })
      .toMatch(/HTTP server listening|Session server listening|Running\./);
    await window.clearNotifications();
    await desk.codeServers.turn('slow');
    await window.itemAction(window.treeItem(row('notebook')), 'Start');
    await window.treeItem(row('notebook', 'starting')).waitFor();
    await window.restMouse();
    await new Pictures(window.page).take('view');
    await window.treeItem(row('notebook', 'running')).waitFor({ timeout: 30_000 });
    expect(await window.statusItem(statusItem).innerText()).toMatch(/\b2\b.*\b1\b/);
  });

  test('the status bar offers what can be done now', async () => {
    await window.statusItem(statusItem).locator('a').first().click();
    await window.page.getByRole('option', { name: /Start ml-box/ }).waitFor();
    await window.page
      .getByRole('option', { name: /Open api$|Open api,/ })
      .first()
      .waitFor();
    await new Pictures(window.page).take('actions');
    expect(await window.page.getByRole('option', { name: /Start api/ }).count()).toBe(0);
    await window.page.keyboard.press('Escape');
  });

  test('a folder that Devyard made is erased only when that is what was chosen', async () => {
    await window.itemMenu(window.treeItem(row('docs')), 'Delete…');
    const dialog = window.page.locator('.monaco-dialog-box');
    const folder = /erased: the folder (\S+) and everything/.exec(await dialog.innerText())?.[1] ?? '';
    expect(await exists(folder)).toBe(true);
    await window.answerModal('Delete, Keep Folder');
    await window.treeItem(row('docs')).waitFor({ state: 'detached' });
    expect(await exists(folder)).toBe(true);
  });
});

describe('without code-server on this computer', () => {
  test('the view offers to install it', async () => {
    const opened = await openDesk({ bare: true });
    if (opened.desk === undefined) throw new Error(opened.reason);
    await using bare = opened.desk;
    const page = await bare.context.newPage();
    const workbench = new Workbench(page);
    await workbench.open(bare.origin, bare.workspace);
    await workbench.clickContainer('Devyard');
    await page.getByText('Devyard needs code-server, and none was found on this computer.').waitFor();
    await page.getByRole('button', { name: 'Install code-server' }).first().waitFor();
    await page.getByRole('button', { name: 'Choose Executable…' }).first().waitFor();
    await workbench.restMouse();
    await new Pictures(page).take('install', { x: 0, y: 36, width: 600, height: 240 });
    expect(await readFile(join(bare.dataDir, 'daemon.log'), 'utf8')).not.toContain('[error]');
  });
});
