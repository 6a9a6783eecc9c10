import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Pictures } from '../support/pictures.ts';
import { Workbench } from '../support/workbench.ts';
import type { Desk } from './desk.ts';
import { tellStory } from './story.ts';

/**
 * The way a person goes, in their own order: each test goes on where the one before it ended. The packaged extension is
 * installed in a real code-server, and what it starts is a real code-server, too.
 */
const statusItem = 'devyard.devyard.codeServers';
const name = 'api';
const row = (status = ''): RegExp => new RegExp(`^${name}, .*${status}`);

let desk: Desk;
let first: Workbench;
let second: Workbench;
let pictures: Pictures;

tellStory({
  async begin(opened) {
    desk = opened;
    first = new Workbench(await desk.context.newPage());
    second = new Workbench(await desk.otherContext.newPage());
    pictures = new Pictures(first.page);
    await first.open(desk.origin, desk.workspace);
  },
  windows: () => [first, second],
});

describe('code-servers in a real editor', () => {
  test('with nothing there yet, the view says what to do', async () => {
    await first.clickContainer('Devyard');
    await first.page.getByText('There is no code-server yet.').waitFor();
    expect(await first.page.getByRole('treeitem').count()).toBe(0);
    await first.restMouse();
    await first.page.setViewportSize({ width: 800, height: 450 });
    await pictures.take('welcome');
    await first.page.setViewportSize({ width: 1280, height: 800 });
  });

  test('a code-server for an existing folder is created, starts and runs', async () => {
    await first.createCodeServer(name, desk.project);
    await first.treeItem(row('starting')).waitFor();
    await first.treeItem(row('running')).waitFor({ timeout: 60_000 });
    await expect.poll(() => first.statusItem(statusItem).innerText()).toMatch(/\b1\b/);
    expect(await first.statusItem(statusItem).locator('a').first().getAttribute('aria-label')).toContain('1 running');
  });

  test('its log is in an output channel', async () => {
    await first.itemMenu(first.treeItem(row()), 'Show Logs');
    await expect.poll(() => first.outputText(), { timeout: 10_000 }).toContain('HTTP server listening on');
  });

  test('without its ticket or cookie nobody gets in', async () => {
    const item = await first.treeItem(row()).getAttribute('aria-label');
    const port = /:(\d+)/.exec(item ?? '')?.[1];
    expect(port).toBeDefined();
    const response = await fetch(`http://127.0.0.1:${port ?? ''}/`, { redirect: 'manual' });
    await response.body?.cancel();
    expect(response.status).toBe(401);
  });

  test('a window that is reloaded while it starts loses nothing', async () => {
    await first.itemAction(first.treeItem(row()), 'Stop');
    await first.treeItem(row('stopped')).waitFor();
    await desk.codeServers.turn('slow');
    await first.itemAction(first.treeItem(row()), 'Start');
    await first.treeItem(row('starting')).waitFor();
    await first.reload();
    await first.treeItem(row('starting|running')).waitFor();
    await first.treeItem(row('running')).waitFor({ timeout: 30_000 });
    await expect.poll(() => first.statusItem(statusItem).innerText()).toMatch(/\b1\b/);
    await desk.codeServers.turn('normal');
  });

  test('two windows show the same', async () => {
    await second.open(desk.origin, desk.workspace);
    await second.clickContainer('Devyard');
    await second.treeItem(row('running')).waitFor();
    await Promise.all([first.watchRow(name, 'stopped'), second.watchRow(name, 'stopped')]);
    await first.itemAction(first.treeItem(row()), 'Stop');
    const [one, two] = await Promise.all([first.sawAt(), second.sawAt()]);
    process.stdout.write(`two windows showed the stop ${String(Math.abs(one - two))} ms apart\n`);
    expect(await first.statusItem(statusItem).count()).toBe(0);
  });

  test('it is deleted, and the folder that was there before stays', async () => {
    await first.itemMenu(first.treeItem(row()), 'Delete…');
    await first.page.locator('.monaco-dialog-box').getByText(desk.project).first().waitFor();
    await pictures.take('delete', { x: 400, y: 280, width: 480, height: 240 });
    await first.answerModal('Delete');
    await first.treeItem(row()).waitFor({ state: 'detached' });
    await second.treeItem(row()).waitFor({ state: 'detached' });
    expect(await readFile(join(desk.project, 'README.md'), 'utf8')).toBe('# Read me\n');
  });
});
