import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type DokployRoom, patience, sitePort, statusItem, tellDokployStory } from './dokployRoom.ts';
import { dokployUrl } from './dokployYard.ts';

/** From nothing to a workspace to work in. */
const exec = promisify(execFile);

let room: DokployRoom;

tellDokployStory((opened) => {
  room = opened;
});

describe('a first workspace on a Dokploy server', () => {
  test('with nothing there yet, the view says what it is for', async () => {
    await room.window.page.getByText('There is no Dokploy server yet.').waitFor();
    await room.window.page.getByRole('button', { name: 'Add Dokploy Server…' }).first().waitFor();
    expect(await room.window.page.getByRole('treeitem').count()).toBe(0);
    expect(await room.window.statusItem(statusItem).count()).toBe(0);
  });

  test('a certificate that nobody trusts is shown, and a bad key is told from it', async () => {
    await room.window.page
      .locator('.welcome-view-content')
      .getByRole('button', { name: 'Add Dokploy Server…' })
      .click();
    await room.window.question(/dokploy\.example\.com/);
    await room.window.quickInput().fill('dokploy.example.com');
    await room.window.page.getByText('Begin with https://').waitFor();
    await room.window.answer(`${dokployUrl}/dashboard/projects`);
    await room.window.question(/button above opens the page/);
    await room.window.back();
    await room.window.question(/dokploy\.example\.com/);
    expect(await room.window.quickInput().inputValue()).toBe(dokployUrl);
    await room.window.page.keyboard.press('Enter');
    await room.window.question(/button above opens the page/);
    await room.window.answer('not-a-key');
    await room.modal().getByText('Trust the certificate of dokploy.example.com?').waitFor();
    expect(await room.modal().innerText()).toContain(room.yard.fingerprint);
    await room.window.answerModal('Trust This Certificate');
    const refusal = room.window.notification(/does not know this API key/);
    await refusal.waitFor();
    await refusal.getByRole('button', { name: 'Enter Another Key…' }).click();
    await room.window.question(/button above opens the page/);
    await room.window.answer('also-wrong');
    await room.window.page.locator('.quick-input-widget').getByText('does not know this API key').waitFor();
    await room.window.answer(room.yard.double.key);
    await room.window.notification(/was reached \(Dokploy 0\.30\.2\), and accepts the API key/).waitFor();
    await room.row('dokploy.example.com', 'Dokploy server', 'v0.30.2').waitFor();
    expect(await room.window.statusItem(statusItem).count()).toBe(0);
  });

  test('the server gets a name of its own', async () => {
    await room.window.clearNotifications();
    await room.window.itemMenu(room.row('dokploy.example.com', 'Dokploy server'), 'Edit Dokploy Server…');
    await room.window.pick(/^Name…/);
    await room.window.answer('home');
    await room.row('home', 'Dokploy server', 'v0.30.2, no workspaces').waitFor();
    expect(await room.window.page.getByRole('treeitem').count()).toBe(1);
  });

  test('a workspace is asked for step by step, and back', async () => {
    await room.window.itemAction(room.row('home', 'Dokploy server'), 'Create Workspace…');
    await room.window.question(/In which project/);
    await room.window.pick(/^New Project…/);
    await room.window.question(/For example: devyard/);
    await room.window.answer('devpod');
    await room.window.question(/In which environment of devpod/);
    await room.window.back();
    await room.window.question(/For example: devyard/);
    await room.window.answer('team');
    await room.window.question(/In which environment of team/);
    await room.window.pick(/^Default Environment/);
    await room.window.question(/Which machine runs it/);
    await room.window.pick(new RegExp(`^${room.yard.node},`));
    await room.window.question(/Does it need Docker inside/);
    await room.window.pick(/^With Docker Inside/);
    await room.window.question(/Which Docker image/);
    await room.window.back();
    await room.window.pick(/^Without Docker/);
    await room.window.question(/Which Docker image/);
    await room.typeIn(room.yard.double.image, 'use this image');
    await room.window.question(/need a login/);
    await room.window.pick(/^No Login/);
    await room.window.question(/How much of the machine/);
    await room.window.pick(/^No Limit/);
    await room.window.question(/outlive the container/);
    await room.window.pick(/^Continue/);
    await room.window.question(/git\.example\.com/);
    await room.window.quickInput().fill('http://localhost:3000/team/api.git');
    await room.window.page.getByText('The workspace cannot reach localhost of this computer').waitFor();
    await room.window.answer('');
    await room.window.question(/For example: api/);
    await room.window.answer('api-box');
    await room.window.question(/Create api-box like this/);
    await room.line('Machine, vm').waitFor();
    await room.line('Resources, no limit').click();
    await room.window.question(/How much of the machine/);
    // Docker refuses more processors than there are.
    await room.window.pick(/^1 processor, 2 GB of memory/);
    await room.window.question(/Create api-box like this/);
    await room.change('Environment Variables');
    await room.window.pick(/^Add Variable…/);
    await room.window.question(/For example: LANG/);
    await room.window.answer('GREETING=good morning');
    await room.window.pick(/^Continue/);
    await room.window.question(/Create api-box like this/);
    await room.pictures.take('dokploySummary');
    // So far these are only words.
    expect(room.yard.double.count(/create/)).toBe(0);
  });

  test('what is being done for it is said step by step, and its log goes on meanwhile', async () => {
    const pulling = room.yard.double.hold('worker.pull');
    await room.window.pick(/^Create$/);
    await room.box('creating').waitFor();
    await pulling.reached;
    await room.box('creating, deploying').waitFor();
    await room.window.notification(/Creating api-box/).waitFor();
    await expect.poll(() => room.statusText(), patience).not.toContain('1');
    await room.window.itemMenu(room.box(), 'Show Deploy Log');
    await expect.poll(() => room.window.outputText(), patience).toContain(`Pulling ${room.yard.double.image}`);
    expect(await room.window.outputText()).not.toContain('completed');
    // Such a message goes by itself after a while.
    const told = room.window.notification(/api-box is running, and SSH logs in/).waitFor();
    pulling.release();
    await told;
    await expect.poll(() => room.window.outputText(), patience).toContain('Pulling image completed');
    await room.box('running, vm, :22\\d\\d').waitFor();
    await expect.poll(() => room.statusText(), patience).toMatch(/^\s*1\s*$/);
  });

  test('the tree says where it is, and the status bar what can be done with it', async () => {
    await room.window.clearNotifications();
    await room.row('home', 'Dokploy server', 'v0.30.2, 1 workspace').waitFor();
    await room.row('team / production', 'project', '1 workspace').waitFor();
    const tooltip = await room.tooltipText(room.box());
    for (const part of [
      'home / team / production',
      room.yard.double.image,
      '1 processor · 2 GB',
      'SHA256:',
      'Open Terminal',
    ]) {
      expect(tooltip).toContain(part);
    }
    await room.pictures.take('dokployTooltip', undefined, async () => {
      await room.window.restMouse();
      await room.window.tooltipOf(room.box());
    });
    await room.window.restMouse();
    const summary = await room.tooltipText(room.window.statusItem(statusItem));
    for (const part of ['Dokploy Workspaces', 'api-box running · vm · :22', 'Open Terminal', 'Stop']) {
      expect(summary).toContain(part);
    }
    await room.window.restMouse();
    await room.window.statusItem(statusItem).click();
    for (const name of ['Open Terminal in api-box', 'Stop api-box', 'Create Workspace on home…']) {
      await room.line(name).waitFor();
    }
    await room.window.page.keyboard.press('Escape');
  });

  test('a terminal is a shell in the container', async () => {
    await room.window.itemAction(room.box(), 'Open Terminal');
    await room.screen().waitFor();
    await room.window.typeInTerminal('echo "$GREETING, it is $((6 * 7))" from $0');
    await room.screen().getByText('good morning, it is 42').waitFor();
    await room.window.typeInTerminal('mkdir -p site && echo "Served by the workspace" > site/index.html');
    const serve = `httpd -p ${String(sitePort)} -h ~/site`;
    await room.window.typeInTerminal(`${serve} || busybox ${serve}; echo "up for $((6 * 7)) days"`);
    await room.screen().getByText('up for 42 days').waitFor();
    expect(await room.screenText()).not.toContain('not found');
  });

  test('a command is run without one, and says how it ended', async () => {
    await room.window.itemMenu(room.box(), 'Run Command…');
    await room.typeIn('cat site/index.html; exit 3', 'run this');
    await room.screen().getByText('Served by the workspace').waitFor();
    await room.screen().getByText('Exit code 3').waitFor();
    expect(await room.screenText()).toContain('$ cat site/index.html; exit 3');
  });

  test('a port of it becomes one of this computer, and a browser shows what is there', async () => {
    await room.window.itemMenu(room.box(), 'Forward Port…');
    await room.typeIn(String(sitePort), 'forward this port');
    const told = room.window.notification(new RegExp(`leads to port ${String(sitePort)} of api-box`));
    await told.waitFor();
    const [page] = await Promise.all([
      room.desk.context.waitForEvent('page'),
      told.getByRole('button', { name: 'Open in Browser' }).click(),
    ]);
    await page.getByText('Served by the workspace').waitFor();
    expect(new URL(page.url()).port).not.toBe(String(sitePort));
    await page.close();
    await room.forwarded().waitFor();
    await room.window.itemAction(room.forwarded(), 'Stop Forwarding Port');
    await room.forwarded().waitFor({ state: 'hidden' });
  });

  test('Remote-SSH is not for an editor in a browser, which offers what works instead', async () => {
    await room.window.clearNotifications();
    await room.window.itemAction(room.box(), 'Open in Remote-SSH');
    const told = room.window.notification(/An editor in a browser cannot open Remote-SSH windows/);
    await told.getByRole('button', { name: 'Open Terminal' }).waitFor();
    await told.getByRole('button', { name: 'Copy SSH Config' }).click();
    await room.window.notification(/Copied\. The private key stays on/).waitFor();
    expect(await room.clipboard()).toMatch(/^# api-box, a workspace of Devyard[\s\S]*\nHost \S*api-box/);
    // The entry that Devyard keeps is good for ssh itself.
    const alias = /^Host (\S+)$/m.exec(await room.clipboard())?.[1] ?? '';
    const said = await exec('ssh', ['-F', join(room.desk.dataDir, 'ssh', 'config'), alias, 'echo "$GREETING"']);
    expect(said.stdout).toBe('good morning\n');
  });

  test('Stop, Start and Restart', async () => {
    await room.window.clearNotifications();
    await room.window.itemAction(room.box(), 'Stop Workspace');
    await room.box('stopped').waitFor();
    await room.window.statusItem(statusItem).waitFor({ state: 'hidden' });
    await room.window.itemAction(room.box(), 'Start Workspace');
    await room.box('running').waitFor();
    await room.window.itemMenu(room.box(), 'Show Container Log');
    // Only what is on screen can be read.
    await room.window.command('View: Toggle Maximized Panel');
    const starts = async (): Promise<number> =>
      [...(await room.window.outputText()).matchAll(/devyard: ready for/g)].length;
    await expect.poll(starts, patience).toBe(1);
    await room.window.itemMenu(room.box(), 'Restart Workspace');
    await room.box('restarting').waitFor();
    await room.box('running').waitFor();
    // The new container's log goes on below that of the old one.
    await expect.poll(starts, patience).toBe(2);
    await room.window.command('View: Toggle Maximized Panel');
  });
});
