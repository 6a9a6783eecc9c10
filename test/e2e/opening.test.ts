import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Pictures } from '../support/pictures.ts';
import { Workbench } from '../support/workbench.ts';
import { daemonCommandLine } from '../support/daemon.ts';
import { quietenCodeServers } from './desk.ts';
import type { Desk } from './desk.ts';
import { tellStory } from './story.ts';

/**
 * An editor that lives in a browser opens a code-server in that same browser, without the two getting into each other's
 * way. Each test goes on where the one before it ended.
 */
const name = 'api';
const row = (status = ''): RegExp => new RegExp(`^${name}, .*${status}`);

let desk: Desk;
let outer: Workbench;
let inner: Workbench;
let port: string;

tellStory({
  async begin(opened) {
    desk = opened;
    outer = new Workbench(await desk.context.newPage());
    await outer.open(desk.origin, desk.workspace);
  },
  windows: () => [outer, inner].filter(Boolean),
});

interface Manifest {
  readonly contributes: {
    readonly configurationDefaults: { readonly 'remote.portsAttributes': Readonly<Record<string, object>> };
  };
}

/** The frame in which the editor shows a code-server. */
function frameBeside(): Frame | undefined {
  return outer.page.frames().find((frame) => frame.url().startsWith(`http://devyard.localhost:${port}/`));
}

describe('a code-server opened from an editor in a browser', () => {
  test('it starts, and the editor takes its port for what it is', async () => {
    await outer.clickContainer('Devyard');
    await outer.createCodeServer(name, desk.project);
    await outer.treeItem(row('running')).waitFor({ timeout: 60_000 });
    port = /:(\d+)/.exec((await outer.treeItem(row()).getAttribute('aria-label')) ?? '')?.[1] ?? '';
    expect(port).toMatch(/^\d+$/);
    // Else it says that "your application" runs there and forwards the port unasked.
    const manifest = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as Manifest;
    const [[pattern, attributes] = []] = Object.entries(
      manifest.contributes.configurationDefaults['remote.portsAttributes'],
    );
    expect(await daemonCommandLine(desk.dataDir)).toMatch(new RegExp(pattern ?? ''));
    expect(attributes).toMatchObject({ onAutoForward: 'ignore' });
  });

  test('it has an address of its own, through Devyard', async () => {
    const [page] = await Promise.all([
      desk.context.waitForEvent('page'),
      outer.itemAction(outer.treeItem(row()), 'Open'),
    ]);
    inner = new Workbench(page);
    await inner.ready();
    const address = new URL(page.url());
    expect(address.host).toBe(`devyard.localhost:${port}`);
    expect(address.searchParams.get('folder')).toBe(desk.project);
    expect(page.url()).not.toContain('devyard-ticket');
  });

  test('its terminal works', async () => {
    // The command is there as soon as the editor knows that its server can run terminals.
    const command = 'Terminal: Create New Terminal';
    const offered = async (): Promise<number> => {
      await inner.page.keyboard.press('Escape');
      await inner.page.keyboard.press('F1');
      await inner.quickInput().fill(`>${command}`);
      return await inner.page.getByRole('option').filter({ hasText: command }).count();
    };
    await expect.poll(offered, { timeout: 20_000, interval: 500 }).toBeGreaterThan(0);
    await inner.page.keyboard.press('Enter');
    await inner.typeInTerminal('echo hi > from-terminal.txt');
    await expect
      .poll(() => readFile(join(desk.project, 'from-terminal.txt'), 'utf8').catch(() => ''), { timeout: 20_000 })
      .toBe('hi\n');
  });

  test('a file that is edited there is saved on disk', async () => {
    await inner.openFile('README.md');
    await inner.page.keyboard.press('ControlOrMeta+End');
    await inner.page.keyboard.type('Edited in the code-server.');
    await inner.page.keyboard.press('ControlOrMeta+S');
    await expect
      .poll(() => readFile(join(desk.project, 'README.md'), 'utf8'), { timeout: 10_000 })
      .toContain('Edited in the code-server.');
  });

  test('the editor outside keeps Devyard and its state, also when it is reloaded', async () => {
    await outer.treeItem(row('running')).waitFor();
    // By now the editor has looked for new ports many times.
    expect(await outer.notification(new RegExp(`application running on port ${port}`)).count()).toBe(0);
    await outer.reload();
    await outer.treeItem(row('running')).waitFor();
    expect(await outer.page.getByRole('tab', { name: 'Devyard', exact: true }).count()).toBe(1);
    await inner.page.reload();
    await inner.ready();
    expect(await inner.page.getByRole('tab', { name: 'Devyard', exact: true }).count()).toBe(0);
    await inner.page.close({ runBeforeUnload: true });
  });

  test('it opens beside the editor', async () => {
    await quietenCodeServers(desk);
    await rm(join(desk.project, 'from-terminal.txt'));
    await outer.clearNotifications();
    await outer.itemMenu(outer.treeItem(row()), 'Open Beside the Editor');
    await expect.poll(frameBeside, { timeout: 20_000 }).toBeDefined();
    const frame = frameBeside();
    await frame?.locator('.monaco-workbench .activitybar').waitFor({ timeout: 20_000 });
    await frame?.getByText('README.md').first().click();
    await frame?.getByText('Edited in the code-server.').waitFor();
    await outer.page.locator('.part.sidebar .title-label').click();
    await new Pictures(outer.page).take('beside');
  });
});
