import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { ensureChromium } from '../../scripts/lib/browser.mjs';
import { ensureCodeServer } from '../../scripts/lib/codeServer.mjs';
import type { DevyardClient } from '../../src/api/client/client.ts';
import type { CodeServer } from '../../src/api/contract/codeServers.ts';
import { Yard } from '../integration/daemon/yard.ts';
import { launchBrowser } from '../support/browser.ts';
import { quietSettings } from '../support/editors.ts';
import { Workbench } from '../support/workbench.ts';

/** What the shell says when it waits for a command. */
export const prompt = 'ready>';

/** A terminal that is text in the page, with a shell that nobody's own files change. */
const terminalSettings = {
  'terminal.integrated.gpuAcceleration': 'off',
  'terminal.integrated.shellIntegration.enabled': false,
  'terminal.integrated.suggest.enabled': false,
  'terminal.integrated.defaultProfile.linux': 'plain',
  'terminal.integrated.profiles.linux': {
    plain: { path: '/bin/bash', args: ['--noprofile', '--norc'], env: { PS1: `${prompt} ` } },
  },
};

/** The real daemon on a TCP address, real code-servers, and a browser that is only told of the daemon. */
export class ProxyDesk implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly yard: Yard;
  readonly client: DevyardClient;
  readonly context: BrowserContext;
  /** `http://127.0.0.1:port` of the daemon. */
  readonly origin: string;

  private constructor(stack: AsyncDisposableStack, yard: Yard, client: DevyardClient, context: BrowserContext) {
    this.#stack = stack;
    this.yard = yard;
    this.client = client;
    this.context = context;
    this.origin = (yard.ready?.url ?? '').replace(/\/$/, '');
  }

  /** Sets a desk up; `{reason}` where the machine cannot have its parts. Disposal ends and erases everything. */
  static async open(): Promise<{ desk: ProxyDesk } | { desk?: undefined; reason: string }> {
    const chromium = await ensureChromium();
    if (chromium.path === undefined) return { reason: chromium.reason };
    const codeServer = await ensureCodeServer();
    if (codeServer.layout === undefined) return { reason: codeServer.reason };
    await using stack = new AsyncDisposableStack();
    const yard = stack.use(await Yard.open());
    yard.env['PATH'] = `${dirname(codeServer.layout.launcher)}${delimiter}${process.env['PATH'] ?? ''}`;
    await yard.start('--listen', '127.0.0.1:0');
    const browser = stack.adopt(await launchBrowser(chromium.path), (one) => one.close());
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    return { desk: new ProxyDesk(stack.move(), yard, await yard.client(), context) };
  }

  /** A code-server that runs, with quiet settings and a README.md in its folder. */
  async codeServer(name: string, settings: Readonly<Record<string, unknown>> = {}): Promise<CodeServer> {
    const server = await this.yard.create(this.client, name);
    await writeFile(join(server.folder, 'README.md'), '# Read me\n');
    const user = join(this.yard.dataDir, 'code-servers', server.id, 'user-data', 'User');
    await mkdir(user, { recursive: true });
    const all = { ...quietSettings, ...terminalSettings, ...settings };
    await writeFile(join(user, 'settings.json'), JSON.stringify(all, null, 2));
    return this.client.call('codeServers.start', { params: { id: server.id }, body: { wait: true } });
  }

  /** The path of a server below the daemon's address. */
  path({ port }: CodeServer): string {
    return `/vscode/${String(port)}/`;
  }

  /** A one-time address of the server, through the daemon; on `origin`, or on the one that Devyard chooses. */
  async ticketUrl({ id }: CodeServer, origin: string | null = this.origin): Promise<string> {
    const host = origin === null ? {} : { host: new URL(origin).host };
    return (await this.client.call('codeServers.open', { params: { id }, body: { through: 'proxy', ...host } })).url;
  }

  /** Opens a server in a new tab with a ticket, on the daemon's own origin. */
  async enter(server: CodeServer, context = this.context): Promise<Workbench> {
    return this.show(await this.ticketUrl(server), context);
  }

  async show(url: string, context = this.context): Promise<Workbench> {
    const workbench = new Workbench(await context.newPage());
    await workbench.page.goto(url);
    await workbench.ready();
    return workbench;
  }

  /** A browser of its own, with nothing in its storage. */
  async newContext(): Promise<BrowserContext> {
    const browser = this.context.browser();
    if (browser === null) throw new Error('the browser is gone');
    return browser.newContext({ viewport: { width: 1280, height: 800 } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** What the terminal shows, with blanks at the ends of lines taken away. */
export async function terminalText(page: Page): Promise<string> {
  const rows = await page.locator('.terminal-wrapper.active .xterm-rows > div').allInnerTexts();
  return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
}

/** A new terminal whose shell waits for a command and gets what is typed. */
export async function openTerminal(workbench: Workbench): Promise<void> {
  const { page } = workbench;
  await workbench.command('Terminal: Create New Terminal');
  await expect.poll(() => terminalText(page), { timeout: 20_000 }).toContain(prompt);
  await page.locator('.terminal-wrapper.active .xterm-screen').click();
}

/** Leaves pictures of all pages and the daemon's log in test-results/proxy-failure/. */
export async function keepProxyEvidence({ context, yard }: ProxyDesk): Promise<void> {
  const folder = resolve(import.meta.dirname, '../../test-results/proxy-failure');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [index, page] of context.pages().entries()) {
    await page.screenshot({ path: join(folder, `page-${String(index + 1)}.png`) });
  }
  await copyFile(join(yard.dataDir, 'daemon.log'), join(folder, 'daemon.log')).catch(() => {});
}
