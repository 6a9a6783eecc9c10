import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { Pictures } from '../support/pictures.ts';
import { isAlive } from '../support/server.ts';
import { Workbench } from '../support/workbench.ts';
import type { Desk } from './desk.ts';
import { devyard, outsideProject, pidsOf, projectOf, writeYard } from './devServersYard.ts';
import { tellStory } from './story.ts';

/** A day with a page made with Vite and a backend in TypeScript, both real. Each test goes on where the last one ended. */
const statusItem = 'devyard.devyard.devServers';
/** How long what is looked at again and again may take on a busy machine. */
const patience = { timeout: 30_000 };

let desk: Desk;
let window: Workbench;
let pictures: Pictures;

tellStory({
  async begin(opened) {
    desk = opened;
    const workspace = await writeYard(desk.workspace);
    window = new Workbench(await desk.context.newPage());
    pictures = new Pictures(window.page);
    await window.openWorkspace(desk.origin, workspace);
    await window.page.setViewportSize({ width: 1100, height: 620 });
    await window.clickContainer('Devyard');
    await window.widenSidebar(50);
  },
  windows: () => [window],
});

/** A project, process or build by how it is read out: `web, process, ready, http://…`. */
const row = (name: string, kind: 'dev server' | 'process' | 'build' = 'dev server', status = ''): Locator =>
  window.treeItem(new RegExp(`^${name}, ${kind}, .*${status}`));
const page = (status = ''): Locator => row('page', 'dev server', status);
const api = (status = ''): Locator => row('api', 'dev server', status);
const inYard = (name: string): string => join(desk.workspace, name);
/** What is answered at an address, or why there is none. */
const textOf = (url: string | undefined): Promise<string> =>
  fetch(url ?? '').then(
    (answer) => answer.text(),
    (error: unknown) => String(error),
  );
const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
const apiText = async (): Promise<string> => textOf((await projectOf(desk, 'api')).viteURL);
const lens = (title: string): Locator =>
  window.page.locator('.codelens-decoration a').filter({ hasText: title }).first();
const problems = (): Locator => window.page.locator('.markers-panel');
/** Nothing in it has the focus or the mouse. */
const picture = async (name: string): Promise<void> => {
  await window.page.locator('.part.sidebar .title-label').click();
  await window.restMouse();
  await window.page.mouse.move(700, 300);
  // Other colours wake other extensions a moment later.
  const busy = window.page.locator('.statusbar').getByText(/Activating Extensions/);
  await pictures.take(name, undefined, async () => {
    await busy.waitFor({ timeout: 1000 }).catch(() => undefined);
    await busy.waitFor({ state: 'hidden' });
  });
};
const statusText = (): Promise<string> => window.statusItem(statusItem).innerText();
const dialog = (): Locator => window.page.locator('.monaco-dialog-box');

describe('dev servers in a real editor', () => {
  test('with nothing there yet, the view says what to do', async () => {
    await window.page.getByText('There is no project with dev servers yet.').waitFor();
    for (const name of ['Add Project Folder…', 'Open devyard.yaml']) {
      await window.page.getByRole('button', { name }).first().waitFor();
    }
    expect(await window.page.getByRole('treeitem').count()).toBe(0);
    expect(await window.statusItem(statusItem).count()).toBe(0);
  });

  test('the projects of the workspace are detected, and nothing runs by that', async () => {
    await window.page.getByRole('button', { name: 'Detect Projects in Workspace' }).click();
    await window.notification(/Added to Dev Servers: .*page/).waitFor();
    for (const name of ['api', 'page', 'publish']) await row(name, 'dev server', 'idle$').waitFor();
    await row('bundle', 'build', 'idle').waitFor();
    expect((await projectOf(desk, 'page')).preset).toBe('vite');
    expect(await window.statusItem(statusItem).count()).toBe(0);
    await window.clearNotifications();
  });

  test('they start from their rows', async () => {
    await window.itemAction(page(), 'Start Dev Server');
    await row('web', 'process', 'ready, http').waitFor({ timeout: 60_000 });
    await window.itemAction(api(), 'Start Dev Server');
    await api('ready, built in').waitFor({ timeout: 60_000 });
    await row('bundle', 'build', '0 errors').waitFor();
    await expect.poll(statusText, patience).toMatch(/^\s*2\s*$/);
    expect(await apiText()).toBe('hello');
  });

  test('what is saved changes the page without a reload', async () => {
    const browser = await desk.otherContext.newPage();
    // What is saved before that reaches the page only with a reload.
    const connected = browser.waitForEvent('console', (message) => message.text().includes('[vite] connected'));
    await browser.goto((await projectOf(desk, 'page')).viteURL ?? '');
    await connected;
    await browser.getByText('one').waitFor();
    await browser.evaluate('globalThis.loadedOnce = true');
    await window.openFile('text.js');
    // An editor empties a file before it writes it, and Vite may read in between: a person would save again.
    await vi.waitFor(async () => {
      await window.rewrite("export const text = 'two';\n");
      await browser.getByText('two').waitFor({ timeout: 5000 });
    }, patience);
    expect(await browser.evaluate('globalThis.loadedOnce')).toBe(true);
    await browser.close();
  });

  test('a source that breaks is a problem at its place, and the old server goes on', async () => {
    await window.command('View: Close All Editors');
    await window.openFile('greeting.ts');
    await window.rewrite(
      "import { name } from './nmae.ts';\n\nexport const greeting = (): string => `hello ${name}`;\n",
    );
    await api('build failed, 1 error').waitFor();
    await row('bundle', 'build', 'build failed, 1 error').waitFor();
    await row('server', 'process', 'ready').waitFor();
    await expect.poll(statusText, patience).toMatch(/\b2\b.*✕1/);
    expect(await apiText()).toBe('hello');
    await window.command('Problems: Focus on Problems View');
    await problems().getByText('Could not resolve "./nmae.ts"').waitFor();
    expect(await problems().innerText()).toMatch(/greeting\.ts[\s\S]*esbuild[\s\S]*Ln 1, Col 22/);
    await window.page.getByRole('button', { name: 'Code Servers Section' }).click();
    await picture('devServers');
  });

  test('the problem leads to its place, and goes when it is mended', async () => {
    await window.command('View: Close All Editors');
    await problems().getByText('Could not resolve "./nmae.ts"').click();
    await window.page.getByRole('button', { name: 'Ln 1, Col 22' }).waitFor();
    await window.rewrite("export const greeting = (): string => 'again';\n");
    await api('ready').waitFor();
    await problems().getByText('No problems have been detected').waitFor();
    await expect.poll(apiText, patience).toBe('again');
  });

  test('its log says which part each line is from, and shows one of them alone', async () => {
    await window.itemMenu(api(), 'Show Dev Server Logs');
    await expect.poll(() => window.outputText(), patience).toMatch(/\[server\] the api listens/);
    expect(await window.outputText()).toContain('[bundle]');
    await window.itemMenu(api(), 'Filter Dev Server Logs…');
    await window.pick(/^server/);
    await expect.poll(() => window.outputText(), patience).not.toContain('[bundle]');
    await expect.poll(() => window.outputText(), patience).toMatch(/\[server\] the api listens/);
  });

  test('its manifest has lenses that do what they say', async () => {
    await window.command('View: Close All Editors');
    await window.command('View: Toggle Panel Visibility');
    await window.itemMenu(api(), 'Show Project in devyard.yaml');
    const isReady = window.page.locator('.codelens-decoration').getByText('ready');
    await isReady.waitFor();
    const before = await projectOf(desk, 'api');
    await lens('Rebuild').click();
    // A good build restarts the server.
    const rebuilt = async (): Promise<boolean> => {
      const { lastBuildTime, status, ...now } = await projectOf(desk, 'api');
      return lastBuildTime !== before.lastBuildTime && status === 'ready' && pidsOf(now)[0] !== pidsOf(before)[0];
    };
    await expect.poll(rebuilt, patience).toBe(true);
    await isReady.waitFor();
    await lens('Logs').click();
    await expect.poll(() => window.outputText(), patience).toContain('[bundle]');
    await lens('Stop').click();
    await api('stopped').waitFor();
    await lens('Start').click();
    await api('ready').waitFor();
  });

  test('a process that asks gets its answer in a terminal', async () => {
    await window.itemAction(row('publish'), 'Start Dev Server');
    const screen = window.page.locator('.terminal-wrapper.active .xterm-rows');
    await screen.getByText('Publish them to staging?').waitFor();
    await row('ask', 'process', 'running, waiting for').waitFor();
    await window.typeInTerminal('y');
    await row('ask', 'process', 'ready').waitFor();
    await screen.getByText('Published.').waitFor();
    await expect.poll(statusText, patience).toMatch(/^\s*3\s*$/);
    await picture('terminal');
  });

  test('a window that is reloaded stops nothing', async () => {
    const pids = async (): Promise<readonly number[]> =>
      (await Promise.all(['api', 'page', 'publish'].map((name) => projectOf(desk, name)))).flatMap(pidsOf);
    const before = await pids();
    expect(before).toHaveLength(3);
    await window.reload();
    for (const name of ['api', 'page', 'publish']) await row(name, 'dev server', 'ready').waitFor();
    expect(await pids()).toEqual(before);
  });

  test('its page opens beside the editor', async () => {
    await window.itemAction(row('web', 'process'), 'Open Page Beside the Editor');
    const beside = window.page.frameLocator('iframe.webview').frameLocator('iframe').frameLocator('iframe');
    await expect.poll(() => beside.locator('#app').innerText(), patience).toBe('two');
    await window.command('View: Close All Editors');
    await window.command('View: Toggle Panel Visibility');
  });

  test('a Procfile becomes a devyard.yaml once it was read and accepted', async () => {
    await window.command('Devyard: Import Dev Servers…');
    await window.pick(/^shop/);
    await window.page.getByRole('checkbox', { name: 'Procfile', exact: true }).waitFor();
    await window.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    const question = window.notification(/Write this to shop\/devyard\.yaml\?/);
    await question.waitFor();
    await window.page.getByText('Proposed from Procfile').first().waitFor();
    expect(await exists(inYard('shop/devyard.yaml'))).toBe(false);
    await picture('import');
    await question.getByRole('button', { name: 'Accept' }).click();
    await row('shop', 'dev server', 'idle').waitFor();
    expect(await readFile(inYard('shop/devyard.yaml'), 'utf8')).toContain('node');
    await window.clearNotifications();
  });

  test('what no window has open is not run before somebody trusts it', async () => {
    await devyard(desk, 'dev-server', 'add', await outsideProject(desk.project));
    await row('outside', 'dev server', 'idle, not trusted').waitFor();
    await window.itemAction(row('outside'), 'Start Dev Server');
    await dialog().getByText('Do you trust the project "outside"?').waitFor();
    await dialog().getByText(join(desk.project, 'devyard.yaml')).waitFor();
    await window.answerModal('Cancel');
    expect((await projectOf(desk, 'outside')).status).toBe('idle');
    await window.itemMenu(row('outside'), 'Trust Project…');
    await window.answerModal('Trust');
    await row('outside', 'dev server', 'idle$').waitFor();
  });

  test('what a window started stops after the last one, what the command line started goes on', async () => {
    await devyard(desk, 'dev-server', 'start', 'outside', '--wait');
    await row('outside', 'dev server', 'ready').waitFor();
    const machine = join(desk.dataDir, '..', 'user-data', 'Machine', 'settings.json');
    const before = JSON.parse(await readFile(machine, 'utf8')) as object;
    await writeFile(machine, JSON.stringify({ ...before, 'devyard.devServers.stopAfterLastWindow': 1 }));
    await expect
      .poll(() => readFile(join(desk.dataDir, 'settings.json'), 'utf8').catch(() => ''), patience)
      .toMatch(/"devServerGraceSeconds":\s*1\b/);
    const pids = pidsOf(await projectOf(desk, 'api'));
    expect(pids).toHaveLength(1);
    await window.page.goto('about:blank');
    const stopped = async (): Promise<readonly string[]> =>
      Promise.all(['api', 'page', 'publish', 'outside'].map(async (name) => (await projectOf(desk, name)).status));
    await expect.poll(stopped, patience).toEqual(['stopped', 'stopped', 'stopped', 'ready']);
    expect(await Promise.all(pids.map(isAlive))).toEqual([false]);
    expect(await textOf((await projectOf(desk, 'outside')).viteURL)).toBe('outside');
  });
});
