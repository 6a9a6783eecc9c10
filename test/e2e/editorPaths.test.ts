import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Gallery } from '../support/gallery.ts';
import { type Temporary, temporaryFolder } from '../support/temporary.ts';
import { Workbench } from '../support/workbench.ts';
import { type Desk, loudLines } from './desk.ts';
import { picture, prepareSources } from './sources.ts';
import { tellStory } from './story.ts';

/** The less trodden ways through the editor part: every source and option, files with mistakes, what comes in between. */
const row = (name: string, status = ''): RegExp => new RegExp(`^${name}, .*${status}`);
let desk: Desk;
let window: Workbench;
let home: Temporary;
let gallery: Gallery;

const inHome = (name: string): string => join(home.path, name);
const tooltip = async (name: string): Promise<string> => {
  const text = await (await window.tooltipOf(window.treeItem(row(name)))).innerText();
  await window.restMouse();
  return text;
};
const menu = (name: string, command: string): Promise<void> => window.itemMenu(window.treeItem(row(name)), command);
const option = (name: string) => window.page.locator('.quick-input-list').getByRole('option', { name });
const toasts = (text: RegExp) => window.page.locator('.notification-toast').filter({ hasText: text });

/** What runs in the page has it; the tests' own types know no pages. */
declare function getComputedStyle(element: unknown): { readonly strokeDasharray: string };

tellStory({
  async prepare() {
    home = await temporaryFolder('devyard-paths-');
    const prepared = await prepareSources(home.path);
    gallery = prepared.gallery;
    return prepared.options;
  },
  async begin(opened) {
    desk = opened;
    await desk.context.route('https://pictures.example.com/**', (route) =>
      route.fulfill({ body: picture, contentType: 'image/svg+xml' }),
    );
    await desk.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    window = new Workbench(await desk.context.newPage());
    await window.open(desk.origin, desk.workspace);
    await window.clickContainer('Devyard');
    await window.page.getByText('There is no code-server yet.').waitFor();
  },
  windows: () => [window],
});

afterAll(async () => {
  await gallery[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

describe('the less trodden ways', () => {
  test('a template brings its repository and its group', async () => {
    await window.command('Devyard: Create Code Server');
    await window.answer('from template');
    const shown = window.page.waitForResponse('https://pictures.example.com/starter.svg');
    await window.pick(/Template…/);
    await window.question(/Which template/);
    await shown;
    await option('Starter').getByRole('button').click();
    await window.page.getByText('https://git.example.com/docs').waitFor();
    await window.answerModal('Cancel');
    await window.pick('Starter');
    await window.question(/Which extensions/);
    const tools = window.page.getByRole('checkbox', { name: 'Tools', exact: true });
    await tools.click();
    await expect.poll(() => tools.getAttribute('aria-checked'), { timeout: 10_000 }).toBe('true');
    await window.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    await window.pick(/Continue/);
    await option('template Starter').waitFor();
    await window.pick(/Create Only/);
    await window.treeItem(row('from template', 'creating')).waitFor();
    await window.treeItem(row('from template', 'stopped')).waitFor({ timeout: 60_000 });
    const text = await tooltip('from template');
    expect(text).toContain('template Starter');
    expect(text).toContain('demo.linter');
  });

  test('an archive is unpacked, and advanced options hold', async () => {
    await desk.codeServers.turn('loud');
    await window.command('Devyard: Create Code Server');
    await window.answer('app');
    await window.pick(/Archive…/);
    await window.question(/project\.zip/);
    await window.answer(inHome('app.rar'));
    await window.page.getByText('The name has to end in .zip or .tar.gz.').waitFor();
    await window.answer(inHome('none.zip'));
    await window.page.getByText('There is no such file.').waitFor();
    await window.page.locator('.quick-input-widget').getByRole('button', { name: 'Browse…' }).click();
    await window.chooseFile(inHome('app.zip'), 'Use This Archive');
    await window.question(/project\.zip/);
    expect(await window.quickInput().inputValue()).toBe(inHome('app.zip'));
    await window.page.keyboard.press('Enter');
    await window.confirm(/Which extensions/);
    await window.pick(/Stop When Idle/);
    await window.question(/1 to 10080/);
    await window.answer('0');
    await window.page.getByText('Enter a whole number from 1 to 10080.').waitFor();
    await window.answer('45');
    await option('after 45 min').waitFor();
    await window.pick(/Start with Devyard/);
    await option('yes').waitFor();
    await window.pick(/Continue/);
    await option('Stop When Idle: after 45 min, Start with Devyard: yes').waitFor();
    await window.pick(/Create and Start/);
    await window.treeItem(row('app', 'running')).waitFor({ timeout: 60_000 });
    const text = await tooltip('app');
    expect(text).toContain('unpacked from app.zip');
    expect(text).toContain('Starts with Devyard');
    expect(text).toContain('Stops after 45 min');
  });

  test('a long log is saved whole and in order', async () => {
    await desk.codeServers.turn('normal');
    await menu('app', 'Save Log As…');
    await window.chooseFile(inHome('app.log'), 'OK');
    await toasts(/The log of app was saved/).waitFor({ timeout: 30_000 });
    const saved = await readFile(inHome('app.log'), 'utf8');
    const numbers = [...saved.matchAll(/\bline (\d+)$/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(Array.from({ length: loudLines }, (_, index) => index + 1));
    await window.clearNotifications();
  });

  test('starting and stopping by itself can be changed', async () => {
    await menu('app', 'Do Not Start with Devyard');
    await expect.poll(() => tooltip('app'), { timeout: 10_000 }).not.toContain('Starts with Devyard');
    await menu('app', 'Start with Devyard');
    await expect.poll(() => tooltip('app'), { timeout: 10_000 }).toContain('Starts with Devyard');
    await menu('app', 'Stop When Idle…');
    await option('now: after 45 min').waitFor();
    await window.pick(/Another Time/);
    await window.page.getByText('After how many minutes without a browser?').waitFor();
    await window.answer('90');
    await expect.poll(() => tooltip('app'), { timeout: 10_000 }).toContain('Stops after 1 h 30 min');
    await menu('app', 'Stop When Idle…');
    await window.pick('Never');
    await expect.poll(() => tooltip('app'), { timeout: 10_000 }).not.toContain('Stops after');
  });

  test('extensions come by id and from a file, settings from a group', async () => {
    await menu('from template', 'Install Extensions…');
    await window.pick(/From VSIX File/);
    await window.chooseFile(inHome('demo.packaged.vsix'), 'Install');
    await toasts(/1 extension installed in from template/).waitFor({ timeout: 60_000 });
    await window.clearNotifications();
    await menu('from template', 'Install Extensions…');
    await window.pick(/Extension Id/);
    await window.question(/ms-python/);
    await window.answer('charts');
    await window.page.getByText('An id looks like publisher.name').waitFor();
    await window.answer('demo.charts');
    await toasts(/1 extension installed in from template/).waitFor({ timeout: 60_000 });
    expect(await tooltip('from template')).toContain('demo.linter, demo.packaged, demo.charts');
    await window.clearNotifications();
    await menu('app', 'Apply Group Settings…');
    await window.pick('Tools');
    const applied = toasts(/Changed in the settings of app: editor.tabSize/);
    await applied.getByRole('button', { name: 'Open Settings File' }).click();
    await window.page.getByText('"editor.tabSize": 2').waitFor();
    await menu('app', 'Apply Group Settings…');
    await window.pick('Tools');
    await toasts(/app has all settings of Tools already/).waitFor();
    await window.clearNotifications();
    await window.command('View: Close All Editors');
  });

  test('while one is created it is renamed, the window reloaded, and it is deleted', async () => {
    gallery.downloads = 'silent';
    await window.command('Devyard: Create Code Server');
    await window.answer('half');
    await window.pick(/Git Repository/);
    await window.question(/project\.git/);
    await window.answer('https://git.example.com/starter');
    await window.question(/Default branch/);
    await window.answer('no branch');
    await window.page.getByText('This cannot be the name of a branch or tag.').waitFor();
    await window.answer('next');
    await window.question(/Which extensions/);
    await window.page.getByRole('checkbox', { name: 'Tools', exact: true }).click();
    await window.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    await window.pick(/Continue/);
    await option('cloned from https://git.example.com/starter, branch next').waitFor();
    await window.pick(/Create and Start/);
    await window.treeItem(row('half', 'creating, installing demo.linter')).waitFor();
    await menu('half', 'Rename…');
    await window.answer('whole');
    await window.treeItem(row('whole', 'creating, installing demo.linter')).waitFor();
    await window.reload();
    await window.treeItem(row('whole', 'creating, installing demo.linter')).waitFor();
    await window.page.locator('.part.sidebar .monaco-progress-container.active').waitFor();
    expect(await tooltip('whole')).toContain('branch next');
    // This window follows one job of it, so that it hears how that ends.
    await menu('whole', 'Install Extensions…');
    await window.pick(/Extension Id/);
    await window.question(/ms-python/);
    await window.answer('demo.charts');
    const waiting = toasts(/Installing 1 extension in whole.*waiting for its turn/);
    await waiting.waitFor();
    await menu('whole', 'Delete…');
    await window.answerModal('Delete');
    await window.treeItem(row('whole')).waitFor({ state: 'detached' });
    await waiting.waitFor({ state: 'detached' });
    expect(await toasts(/whole stays/).count()).toBe(0);
    gallery.downloads = 'well';
  });

  test('mistakes in devbox.yaml lead to where they are', async () => {
    const own = join(desk.workspace, 'devbox.yaml');
    await writeFile(own, 'ui:\n  workspace:\n    default_typ: git\n');
    await window.command('Devyard: Create Code Server');
    const mistake = toasts(/Did you mean “default_type”\? What is set for this computer holds\./);
    await mistake.getByRole('button', { name: 'Open devbox.yaml' }).click();
    await window.page.getByRole('button', { name: 'Ln 3, Col 5' }).waitFor();
    await window.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    const underlined = window.page.locator('.squiggly-error');
    await underlined.waitFor();
    await window.command('Problems: Focus on Problems View');
    const problem = window.page.locator('.markers-panel').getByText('“default_typ” is not a known key');
    await problem.waitFor();
    await rm(own);
    await problem.waitFor({ state: 'detached' });
    await window.command('View: Close All Editors');
    // That of the computer.
    await window.command('Devyard: Open devbox.yaml');
    await window.page.getByText('extension_groups:').first().waitFor();
    await window.command('View: Close All Editors');
    const ofComputer = join(desk.dataDir, 'devbox.yaml');
    await rm(ofComputer);
    await window.command('Devyard: Open devbox.yaml');
    await toasts(/There is no devbox.yaml/)
      .getByRole('button', { name: 'Create devbox.yaml' })
      .click();
    await window.page.getByText('# What Devyard offers for new code-servers').first().waitFor();
    await window.page.keyboard.press('ControlOrMeta+End');
    await window.page.keyboard.type('uy: {}');
    await window.page.locator('.markers-panel').getByText('“uy” is not a known key').waitFor();
    await window.page.keyboard.press('Shift+Home');
    await window.page.keyboard.press('Delete');
    await window.page.locator('.markers-panel').getByText('“uy” is not a known key').waitFor({ state: 'detached' });
    await window.page.keyboard.press('ControlOrMeta+S');
    await window.command('View: Close All Editors');
    expect(await readFile(ofComputer, 'utf8')).toMatch(/^# What Devyard offers/);
    await window.clearNotifications();
    await window.command('View: Toggle Panel Visibility');
  });

  test('CPU and memory can be told apart in high contrast', async () => {
    await menu('app', 'Show CPU and Memory');
    const page = window.page.frameLocator('iframe.webview').frameLocator('iframe');
    await page.getByRole('img', { name: /CPU over the last/ }).waitFor();
    await window.page.emulateMedia({ forcedColors: 'active' });
    await page.locator('body.vscode-high-contrast').waitFor();
    const dashes = (part: string): Promise<string> =>
      page
        .locator(part)
        .first()
        .evaluate((line) => getComputedStyle(line).strokeDasharray);
    expect(await dashes('.cpu .line')).toBe('none');
    expect(await dashes('.cpu .rule')).not.toBe('none');
    await window.page.emulateMedia({ forcedColors: 'none' });
    await window.command('View: Close All Editors');
  });

  test('a code-server that asks for a password itself is opened with it', async () => {
    const settings = join(desk.dataDir, '..', 'user-data', 'Machine', 'settings.json');
    const before = JSON.parse(await readFile(settings, 'utf8')) as object;
    await writeFile(settings, JSON.stringify({ ...before, 'devyard.codeServer.access': 'password' }));
    await expect
      .poll(() => readFile(join(desk.dataDir, 'settings.json'), 'utf8').catch(() => ''), { timeout: 10_000 })
      .toContain('password');
    await menu('app', 'Restart');
    await window.treeItem(row('app', 'running')).waitFor({ state: 'detached' });
    await window.treeItem(row('app', 'running')).waitFor({ timeout: 60_000 });
    const opening = desk.context.waitForEvent('page');
    await window.itemAction(window.treeItem(row('app')), 'Open');
    const page = await opening;
    const field = page.locator('input[type=password]');
    await field.waitFor();
    await window.page.bringToFront();
    await toasts(/app asks for its password/)
      .getByRole('button', { name: 'Copy Password' })
      .click();
    const clipboard = (): Promise<string> => window.page.evaluate<string>('navigator.clipboard.readText()');
    await expect.poll(clipboard, { timeout: 10_000 }).toMatch(/^\S{16,}$/);
    const password = await clipboard();
    await page.bringToFront();
    await field.fill(password);
    await field.press('Enter');
    await page.locator('.monaco-workbench').waitFor();
    expect(page.url()).not.toContain(password);
    await page.close();
    await window.page.bringToFront();
    const seen = await window.page.locator('body').innerText();
    for (const text of [seen, await tooltip('app'), await readFile(join(desk.dataDir, 'daemon.log'), 'utf8')]) {
      expect(text).not.toContain(password);
    }
  });
});
