import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { Gallery } from '../support/gallery.ts';
import { Pictures } from '../support/pictures.ts';
import { type Temporary, temporaryFolder } from '../support/temporary.ts';
import { Workbench } from '../support/workbench.ts';
import type { Desk } from './desk.ts';
import { tellStory } from './story.ts';

/** A code-server made from a repository with extensions, and what can be done with it. Each test goes on after the last. */
const name = 'notes';
const row = (of = name, status = ''): RegExp => new RegExp(`^${of}, .*${status}`);
const devboxYaml = `extension_groups:
  tools:
    name: Tools
    description: What this team works with
    extensions: [demo.linter, demo.formatter]
    user_settings:
      editor.formatOnSave: true
  charts:
    name: Charts
    description: Pictures of numbers
    extensions: [demo.charts]
ui:
  default_extension_groups: [charts]
packaged_assets:
  tabs:
    - name: Examples
      items:
        - name: Starter
          description: A repository to begin with
          extensions_groups: [tools]
          github_url: https://git.example.com/team/starter
          icon_links:
            - lucide_icon: book-open
              url: https://git.example.com/team/starter/docs
`;

let desk: Desk;
let window: Workbench;
let pictures: Pictures;
let home: Temporary;
let gallery: Gallery;
/** Takes a request and never answers. */
let silent: Server;

const repository = (): string => join(home.path, 'notes');

async function makeRepository(): Promise<void> {
  const git = (...args: string[]): Promise<unknown> =>
    promisify(execFile)('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    });
  await git('init', '--quiet', '--initial-branch', 'main', repository());
  await writeFile(join(repository(), 'README.md'), '# Notes\n');
  await git('-C', repository(), 'add', '.');
  await git('-C', repository(), 'commit', '--quiet', '--message', 'Begin');
}

tellStory({
  async prepare() {
    home = await temporaryFolder('devyard-creation-');
    await makeRepository();
    const extension = (short: string) => ({ publisher: 'demo', name: short });
    gallery = await Gallery.open([extension('linter'), extension('formatter'), extension('charts')]);
    silent = createServer(() => undefined).listen(0, '127.0.0.1');
    return { devboxYaml, settings: { 'devyard.codeServer.extensionGallery': gallery.url } };
  },
  async begin(opened) {
    desk = opened;
    window = new Workbench(await desk.context.newPage());
    pictures = new Pictures(window.page);
    await window.open(desk.origin, desk.workspace);
    await window.clickContainer('Devyard');
    await window.page.getByText('There is no code-server yet.').waitFor();
  },
  windows: () => [window],
});

afterAll(async () => {
  silent.closeAllConnections();
  silent.close();
  await gallery[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

const summaryLine = (label: string) => window.page.locator('.quick-input-list').getByRole('option', { name: label });

describe('a code-server from a repository', () => {
  test('is asked for step by step, and back', async () => {
    await window.command('Devyard: Create Code Server');
    await window.answer('nots');
    await window.question(/Where do its files come from/);
    await window.pick(/Template…/);
    await window.question(/Which template/);
    await window.back();
    await window.pick(/Git Repository/);
    await window.question(/git\.example\.com/);
    await window.answer('--upload-pack=x');
    await window.page.getByText('Use https://…, ssh://…').waitFor();
    await window.answer(repository());
    await window.question(/Default branch/);
    await window.back();
    await window.question(/git\.example\.com/);
    expect(await window.quickInput().inputValue()).toBe(repository());
    await window.page.keyboard.press('Enter');
    await window.question(/Default branch/);
    await window.answer('');
    await window.question(/Which extensions/);
    await window.page.getByRole('checkbox', { name: 'Tools', exact: true }).click();
    await window.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    await window.question(/Create nots like this/);
    await summaryLine('Name').click();
    await window.question(/For example: api/);
    await window.answer(name);
    await window.question(/Create notes like this/);
    await summaryLine(`cloned from ${repository()}`).waitFor();
    await summaryLine('Tools, Charts (3 extensions)').waitFor();
    await pictures.take('summary', { x: 280, y: 0, width: 720, height: 200 });
  });

  test('shows in its row what is being done, then runs', async () => {
    gallery.downloads = 'silent';
    await window.pick(/Create and Start/);
    await window.treeItem(row(name, 'creating, installing demo')).waitFor();
    await expect.poll(() => window.notification(/Creating notes/).innerText()).toContain('of 3');
    await pictures.take('creating');
    await window.itemMenu(window.treeItem(row()), 'Cancel What Is Going On');
    await window.notification(/Cancelled. notes stays/).waitFor();
    await window.treeItem(row(name, 'stopped')).waitFor();
    expect(await readFile(join(repository(), 'README.md'), 'utf8')).toBe('# Notes\n');
  });

  test('one of three extensions that fails is named, the others are there', async () => {
    gallery.downloads = 'well';
    await window.clearNotifications();
    await window.itemMenu(window.treeItem(row()), 'Install Extensions…');
    await window.pick(/Extension Id/);
    await window.question(/ms-python/);
    await window.answer('demo.linter demo.missing demo.charts');
    const warning = window.notification(/1 of 3 extensions could not be installed in notes.*demo\.missing/);
    await warning.waitFor({ timeout: 60_000 });
    await warning.getByRole('button', { name: 'Try Again' }).waitFor();
    await window.clearNotifications();
    const tooltip = await (await window.tooltipOf(window.treeItem(row()))).innerText();
    expect(tooltip).toContain(`cloned from ${repository()}`);
    expect(tooltip).toContain('demo.linter, demo.charts');
    await window.restMouse();
  });

  test('runs, and its CPU and memory are drawn while somebody looks', async () => {
    await window.itemAction(window.treeItem(row()), 'Start');
    await window.treeItem(row(name, 'running.*MB')).waitFor({ timeout: 60_000 });
    await window.itemMenu(window.treeItem(row()), 'Show CPU and Memory');
    const page = window.page.frameLocator('iframe.webview').frameLocator('iframe');
    await page.getByRole('img', { name: /CPU over the last/ }).waitFor();
    const words = page.getByText(/Memory over the last/);
    // It goes on while it is looked at; a tooltip draws from the fourth sample on.
    await expect.poll(() => words.innerText(), { timeout: 30_000 }).toMatch(/over the last ([89]|\d\d) s/);
    await pictures.take('usage', { x: 0, y: 36, width: 1280, height: 670 });
    const charts = window.page.locator('.monaco-hover:visible img[src^="data:image/svg"]');
    const showTooltip = async (): Promise<number> => {
      await window.restMouse();
      await window.tooltipOf(window.treeItem(row()));
      return await charts.count();
    };
    await expect.poll(showTooltip, { timeout: 30_000, interval: 1000 }).toBe(2);
    await pictures.take('tooltip', { x: 0, y: 36, width: 900, height: 300 }, showTooltip);
    await window.restMouse();
  });

  test('its log is saved whole', async () => {
    await window.itemMenu(window.treeItem(row()), 'Save Log As…');
    const file = join(home.path, 'notes.log');
    await window.chooseFile(file, 'OK');
    await window.notification(/The log of notes was saved/).waitFor();
    expect(await readFile(file, 'utf8')).toContain('HTTP server listening');
  });

  test('is duplicated with its files', async () => {
    await window.clearNotifications();
    await window.itemMenu(window.treeItem(row()), 'Duplicate…');
    await window.answer('notes two');
    await window.pick(/Copy the Folder/);
    await window.treeItem(row('notes two', 'stopped')).waitFor({ timeout: 30_000 });
    const tooltip = await (await window.tooltipOf(window.treeItem(row('notes two')))).innerText();
    expect(tooltip).toContain('copy of notes');
    await window.restMouse();
  });

  test('is gone without a trace when its creation is cancelled in the middle', async () => {
    await window.clearNotifications();
    const own = join(desk.workspace, 'devbox.yaml');
    await writeFile(own, 'ui:\n  workspace:\n    default_typ: git\n');
    await window.command('Devyard: Create Code Server');
    // A mistake in the workspace's own devbox.yaml is shown where it is, and keeps nobody from going on.
    const mistake = window.notification(/devbox.yaml of this workspace is not used. Line 3/);
    await mistake.getByRole('button', { name: 'Open devbox.yaml' }).waitFor();
    await rm(own);
    await window.answer('slow');
    await window.pick(/Git Repository/);
    await window.question(/git\.example\.com/);
    await window.answer(`http://127.0.0.1:${String((silent.address() as AddressInfo).port)}/team/slow.git`);
    await window.question(/Default branch/);
    await window.answer('');
    await window.confirm(/Which extensions/);
    await window.pick(/Create Only/);
    await window.treeItem(row('slow', 'creating, cloning')).waitFor();
    const progress = window.notification(/Creating slow/);
    await progress.hover();
    await progress.getByRole('button', { name: 'Cancel' }).click();
    await window.treeItem(row('slow')).waitFor({ state: 'detached' });
    await progress.waitFor({ state: 'detached' });
    expect(await readdir(join(desk.dataDir, 'workspaces'))).toHaveLength(2);
  });
});
