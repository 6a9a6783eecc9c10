import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { CodeServer } from '../../src/api/contract/codeServers.ts';
import type { Workbench } from '../support/workbench.ts';
import { keepProxyEvidence, openTerminal, prompt, ProxyDesk, terminalText } from './proxyDesk.ts';

/**
 * A real code-server, below a path of the daemon's own address, in a real browser. Each test goes on where the one before
 * it ended, in one window.
 */
const patient = { timeout: 20_000 };
const twoMegabytes = `${'x'.repeat(99)}\n`.repeat(20_000);

let missing: string | undefined;
let desk: ProxyDesk;
let server: CodeServer;
let window: Workbench;

beforeAll(async () => {
  const opened = await ProxyDesk.open();
  if (opened.desk === undefined) {
    missing = opened.reason;
    return;
  }
  ({ desk } = opened);
  server = await desk.codeServer('api');
  // Before a window is there: one that has only just opened may not watch its folder yet.
  await writeFile(join(server.folder, 'big.txt'), twoMegabytes);
});

beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
  context.onTestFailed(async () => {
    missing = 'an earlier step failed';
    await keepProxyEvidence(desk);
  });
});

afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

const onDisk = ({ folder }: CodeServer, name: string): Promise<string> =>
  readFile(join(folder, name), 'utf8').catch(() => '');

/** Opens a file from the explorer and goes to its end, as soon as its text is there. */
async function openAtEnd(workbench: Workbench, name: string, text: string): Promise<void> {
  await workbench.treeItem(name).click();
  await workbench.page.locator('.editor-instance .view-line').getByText(text).first().click();
  await workbench.page.keyboard.press('ControlOrMeta+End');
}

/** The Cookie header that the browser shows to a server. */
async function cookieOf(one: CodeServer): Promise<string> {
  const cookies = await desk.context.cookies(`${desk.origin}${desk.path(one)}`);
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

/** What the answer to a request for a WebSocket to a server begins with. */
async function askWebSocket(one: CodeServer, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const query = 'reconnectionToken=1&reconnection=false&skipWebSocketFrames=false';
  const call = request(`${desk.origin}${desk.path(one)}stable-${'0'.repeat(40)}?${query}`, {
    headers: {
      ...{ Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' },
      ...{ 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers },
    },
  });
  const status = new Promise<number | undefined>((resolve, reject) => {
    for (const event of ['response', 'upgrade']) call.on(event, ({ statusCode }) => resolve(statusCode));
    call.on('error', reject);
  });
  call.end();
  try {
    return await status;
  } finally {
    call.destroy();
  }
}

describe('a code-server below the address of the daemon', () => {
  test('a ticket lets in and is gone from the address', async () => {
    window = await desk.enter(server);
    const address = new URL(window.page.url());
    expect(address.origin + address.pathname).toBe(`${desk.origin}${desk.path(server)}`);
    expect([...address.searchParams]).toEqual([['folder', server.folder]]);
    expect(await window.page.evaluate('document.referrer')).not.toContain('ticket');
  });

  test('a file from the explorer is edited and saved', async () => {
    await openAtEnd(window, 'README.md', '# Read me');
    await window.page.keyboard.type('Edited through the daemon.');
    await window.page.keyboard.press('ControlOrMeta+S');
    await expect.poll(() => onDisk(server, 'README.md'), patient).toBe('# Read me\nEdited through the daemon.');
  });

  test('a file of two megabytes goes both ways', async () => {
    await openAtEnd(window, 'big.txt', 'xxx');
    await window.page.keyboard.type('last');
    await window.page.keyboard.press('ControlOrMeta+S');
    await expect.poll(async () => (await onDisk(server, 'big.txt')) === `${twoMegabytes}last`, patient).toBe(true);
  });

  test('a terminal runs commands, shows what they say and follows the size of the window', async () => {
    const { page } = window;
    await openTerminal(window);
    await page.keyboard.type('echo "hello $((6 * 7))" | tee from-terminal.txt; stty size > wide.txt\n');
    await expect.poll(() => onDisk(server, 'wide.txt'), patient).toMatch(/^\d+ \d+\n$/);
    expect(await onDisk(server, 'from-terminal.txt')).toBe('hello 42\n');
    await expect.poll(() => terminalText(page), patient).toMatch(new RegExp(`^hello 42\n${prompt}$`, 'm'));
    const columns = async (name: string): Promise<number> => Number((await onDisk(server, name)).split(' ')[1]);
    const wide = await columns('wide.txt');

    await page.setViewportSize({ width: 900, height: 700 });
    // The shell learns of the new size when the terminal has settled.
    const narrow = async (): Promise<number> => {
      await page.keyboard.type('stty size > narrow.txt\n');
      return columns('narrow.txt');
    };
    await expect.poll(narrow, { ...patient, interval: 500 }).toBeLessThan(wide);
    await page.keyboard.type('for word in one two; do echo "line $word"; done\n');
    await expect.poll(() => terminalText(page), patient).toMatch(new RegExp(`^line one\nline two\n${prompt}$`, 'm'));
    await page.keyboard.type('exit\n');
    await page.locator('.terminal-wrapper').waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('a body of three megabytes passes, by way of the port forwarding of code-server', async () => {
    let received = 0;
    const sink = createServer((incoming, answer) => {
      incoming.on('data', (chunk: Buffer) => (received += chunk.length)).on('end', () => answer.end(String(received)));
    });
    sink.listen(0, '127.0.0.1');
    await once(sink, 'listening');
    onTestFinished(() => void sink.close());
    const { port } = sink.address() as AddressInfo;
    // The page itself asks, with the cookie it was given.
    const said = await window.page.evaluate(
      async ([url]) => (await fetch(url, { method: 'POST', body: new Uint8Array(3 << 20) })).text(),
      [`${desk.origin}${desk.path(server)}proxy/${String(port)}/upload`] as const,
    );
    expect(said).toBe(String(3 << 20));
  });
});

describe('who is let in', () => {
  let other: CodeServer;

  test('nobody without a ticket or a cookie', async () => {
    await using stranger = await desk.newContext();
    const page = await stranger.newPage();
    const answer = await page.goto(`${desk.origin}${desk.path(server)}`);
    expect(answer?.status()).toBe(401);
    await page.getByRole('heading', { name: 'api is locked' }).waitFor();
    await page.getByText('devyard code-server open').waitFor();
    expect(await askWebSocket(server, {})).toBe(401);
  });

  test('a used ticket lets nobody else in', async () => {
    const url = await desk.ticketUrl(server);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(302);
    await using stranger = await desk.newContext();
    const answer = await (await stranger.newPage()).goto(url);
    expect(answer?.status()).toBe(401);
  });

  test('a cookie of one server does not open another', async () => {
    other = await desk.codeServer('other');
    const cookie = await cookieOf(server);
    const ask = async (one: CodeServer): Promise<number> =>
      (await fetch(`${desk.origin}${desk.path(one)}healthz`, { headers: { cookie } })).status;
    expect([await ask(server), await ask(other)]).toEqual([200, 401]);
    const page = await desk.context.newPage();
    const answer = await page.goto(`${desk.origin}${desk.path(other)}`);
    expect(answer?.status()).toBe(401);
    await page.getByRole('heading', { name: 'other is locked' }).waitFor();
    await page.close();
  });

  test('a WebSocket of a page elsewhere is refused', async () => {
    const Cookie = await cookieOf(server);
    expect(await askWebSocket(server, { Cookie, Origin: desk.origin })).toBe(101);
    expect(await askWebSocket(server, { Cookie, Origin: 'http://evil.example' })).toBe(403);
    expect(await askWebSocket(server, { Cookie, Origin: 'null' })).toBe(403);
  });

  test('two servers in two tabs keep to their own files, windows and shells', async () => {
    const second = await desk.enter(other);
    for (const [one, text] of [
      [second, 'Second.'],
      [window, 'First.'],
    ] as const) {
      await one.page.bringToFront();
      await openAtEnd(one, 'README.md', '# Read me');
      await one.page.keyboard.type(text);
      await one.page.keyboard.press('ControlOrMeta+S');
    }
    await expect.poll(() => onDisk(other, 'README.md'), patient).toBe('# Read me\nSecond.');
    await expect.poll(() => onDisk(server, 'README.md'), patient).toMatch(/First\.$/);
    await second.page.bringToFront();
    await openTerminal(second);
    await second.page.keyboard.type('pwd > here.txt\n');
    await expect.poll(() => onDisk(other, 'here.txt'), patient).toBe(`${other.folder}\n`);
    // Each in front: a window behind another one takes its time.
    await second.reload();
    await second.treeItem('here.txt').waitFor();
    expect(await second.treeItem('from-terminal.txt').count()).toBe(0);
    await window.page.bringToFront();
    await window.reload();
    await window.treeItem('from-terminal.txt').waitFor();
    expect(await window.treeItem('here.txt').count()).toBe(0);
    await second.page.close();
  });
});

describe('when the server is stopped in the middle', () => {
  test('the window says so after the next start, and a reload is all it takes', async () => {
    const lost = window.page.waitForEvent('console', {
      predicate: (message) => /\[reconnect\] starting reconnecting loop/.test(message.text()),
    });
    await desk.client.call('codeServers.stop', { params: { id: server.id } });
    await lost;
    expect((await fetch(`${desk.origin}${desk.path(server)}`)).status).toBeGreaterThanOrEqual(400);
    await desk.client.call('codeServers.start', { params: { id: server.id }, body: { wait: true } });
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.getByText('Cannot reconnect. Please reload the window.').waitFor({ timeout: 40_000 });
    await window.answerModal('Reload Window');
    await dialog.waitFor({ state: 'detached' });
    await window.ready();
    await window.treeItem('README.md').waitFor();
  });
});
