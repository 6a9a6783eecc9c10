import { describe, expect, it } from 'vitest';
import type { ServerConnection } from '../../../../src/api/contract/dokploy.ts';
import {
  presentForward,
  presentGroup,
  presentServer,
  presentWorkspace,
} from '../../../../src/views/dokploy/presentation.ts';
import { summarizeDokploy } from '../../../../src/views/dokploy/statusSummary.ts';
import { dokployLinkedCommands } from '../../../../src/views/dokploy/tooltip.ts';
import { tooltipOfRow } from '../../../../src/views/dokploy/rows.ts';
import { l10n } from '../samples.ts';
import { failed, forward, offered, server, snapshotOf, work, workspace, workspaceStates } from './samples.ts';

const minute = 60_000;
const running = { status: 'running', node: 'node1' } as const;
const failing: ServerConnection = {
  status: 'failing',
  since: 0,
  problem: 'unreachable',
  reason: 'connect ECONNREFUSED',
  hint: 'Check the address.',
};

describe('a server', () => {
  it('says its version and how many workspaces it has', () => {
    const workspaces = [workspace('a'), workspace('b'), workspace('c', running, { managed: 'no' })];
    const { label, description, icon, color, accessibleLabel } = presentServer(server('home'), workspaces, 0, l10n);
    expect(label).toBe('home (home.example.com)');
    expect(description).toBe('v0.30.2 · 2 workspaces');
    expect({ icon, color }).toEqual({ icon: 'cloud', color: 'testing.iconPassed' });
    expect(accessibleLabel).toBe('home, Dokploy server, v0.30.2, 2 workspaces');
    const plain = server('home', { name: 'home.example.com', connection: { status: 'connected', version: '0.31.0' } });
    expect(presentServer(plain, [], 0, l10n)).toMatchObject({
      label: 'home.example.com',
      description: 'v0.31.0 · no workspaces',
    });
  });

  it('says what is wrong with it, and of when it is what is known', () => {
    const broken = server('home', { connection: failing });
    const { description, icon, contextValue } = presentServer(broken, [workspace('a')], 5 * minute, l10n);
    expect(description).toBe('unreachable · 1 workspace · as of 5 min ago');
    expect(icon).toBe('warning');
    expect(contextValue).toBe('dokployServer;failing;');
    const unseen = server('home', { connection: { status: 'unknown' }, checkedAt: null });
    expect(presentServer(unseen, [], 0, l10n).description).toBe('');
    expect(presentServer(server('home'), [], 2 * minute, l10n).description).toContain('as of 2 min ago');
    expect(presentServer(server('home'), [], minute / 2, l10n).description).not.toContain('as of');
  });

  it('tells each problem in its own words', () => {
    const problems = [
      'unreachable',
      'certificate',
      'bad-key',
      'revoked-key',
      'rate-limited-key',
      'forbidden',
      'not-dokploy',
      'failing',
    ] as const;
    const texts = problems.map(
      (problem) => presentServer(server('home', { connection: { ...failing, problem } }), [], 0, l10n).description,
    );
    expect(new Set(texts).size).toBe(problems.length);
  });
});

describe('a workspace', () => {
  it('says its state in text and in icon and colour', () => {
    const looks = workspaceStates.map((state) => presentWorkspace(workspace('a', state), l10n));
    expect(looks.map(({ description }) => description)).toEqual([
      'unverified · Its tasks were not asked for yet.',
      'deploying · pulling the image',
      'running · node1 · :2222',
      'stopped',
      'failed · The image was not found.',
      'gone',
    ]);
    expect(new Set(looks.map(({ icon }) => icon)).size).toBe(looks.length);
    for (const { contextValue, accessibleLabel } of looks) {
      expect(contextValue).toMatch(/^dokployWorkspace;[a-z]+;created;([a-zA-Z]+;)*$/);
      expect(accessibleLabel).toMatch(/^a, workspace, /);
    }
    expect(
      presentWorkspace(workspace('a', { status: 'running', node: '' }, { endpoint: null }), l10n).description,
    ).toBe('running');
    expect(
      presentWorkspace(workspace('a', { status: 'deploying', since: 0, step: 'deploying' }), l10n).description,
    ).toBe('deploying');
  });

  it('says why it failed before anything else', () => {
    const reason = 'The deployment failed: Error response from daemon: manifest unknown';
    const broken = workspace('a', { status: 'failed', reason, lastLines: [] });
    expect(presentWorkspace(broken, l10n).description).toBe('failed · manifest unknown');
  });

  it('is not called running while its server cannot be asked', () => {
    const old = presentWorkspace(workspace('a', running), l10n, undefined, { connection: failing });
    expect(old.description).toBe('running when last seen · node1 · :2222');
    expect(old.color).toBe('disabledForeground');
    expect(presentServer(server('home', { connection: failing }), [], 0, l10n).label).toBe('home');
  });

  it('says instead what is being done for it', () => {
    const stopping = work(
      'a',
      { status: 'running', step: 'waiting for the container', fraction: null },
      'dokploy.stop',
    );
    const { description, icon, contextValue } = presentWorkspace(workspace('a', running), l10n, stopping);
    expect(description).toBe('stopping · waiting for the container');
    expect(icon).toBe('loading~spin');
    expect(contextValue).toContain(';cancel;');
    expect(contextValue).not.toContain(';stop;');
    const pulling = work('a', { status: 'running', step: 'pulling the image', fraction: 0.4 }, 'dokploy.create');
    expect(presentWorkspace(workspace('a'), l10n, pulling).description).toBe('creating · pulling the image 40 %');
    const saying = work('a', { status: 'running', step: 'Deleting volumes', fraction: null }, 'dokploy.delete');
    expect(presentWorkspace(workspace('a'), l10n, saying).description).toBe('deleting volumes');
  });

  it('that nobody adopted is dimmed and says so', () => {
    const look = presentWorkspace(workspace('db', running, { managed: 'no', kind: 'compose' }), l10n);
    expect(look).toMatchObject({ description: 'not adopted · compose', color: 'disabledForeground' });
    expect(look.contextValue).toBe('dokployWorkspace;running;no;adopt;');
    expect(look.accessibleLabel).toBe('db, service, not adopted, compose');
  });
});

describe('other rows', () => {
  it('say where a port is', () => {
    expect(presentForward(forward(3000), l10n)).toMatchObject({ label: 'localhost:8080 → 3000', description: '' });
    expect(presentForward(forward(5432, { remoteHost: 'db' }), l10n).label).toBe('localhost:8080 → db:5432');
    expect(presentForward(forward(3000, { state: 'waiting' }), l10n)).toMatchObject({
      description: 'waiting for the connection',
      contextValue: 'dokployForward;waiting;',
    });
  });

  it('say to a screen reader what they hold', () => {
    const { accessibleLabel } = presentGroup('shop / production', 'project', [workspace('a')], l10n);
    expect(accessibleLabel).toBe('shop / production, project, 1 workspace');
  });
});

describe('tooltips', () => {
  it('tell everything about a workspace that failed, with its last lines and a way to the log', () => {
    const one = workspace('a', failed, {
      cpus: 2,
      memoryMb: 4096,
      hostKey: 'SHA256:abc',
      domains: ['https://a.example.com'],
      volumes: [{ name: 'a-home', mountPath: '/home/dev' }],
      idleStopMinutes: 30,
      repository: { url: 'https://git.example.com/a.git', branch: 'main', folder: '/home/dev/a' },
    });
    const text = tooltipOfRow(snapshotOf([server('home')], [one]), 'w-a', 0, l10n) ?? '';
    const said = text.replaceAll('\\', '');
    for (const part of [
      '**a** — failed',
      'home / devpod-workspaces / production',
      'debian:12',
      '2 processors · 4 GB of memory',
      'dev@home.example.com:2222',
      'Host key SHA256:abc',
      'https://a.example.com',
      'a-home at /home/dev',
      'Stops after 30 min without a session',
      'https://git.example.com/a.git (main) → /home/dev/a',
      'The image was not found.',
      'Its deploy log says more.',
      '```text\nError: pull access denied\n```',
      '[Redeploy](command:devyard.dokploy.redeploy',
      '[Show Log](command:devyard.dokploy.showDeployLog',
    ])
      expect(said).toContain(part);
  });

  it('offer only what links may run, whatever the state', () => {
    for (const state of workspaceStates) {
      for (const managed of ['created', 'no'] as const) {
        const one = workspace('a', state, {
          managed,
          forwards: [forward(3000)],
          dashboardUrl: 'https://x.example.com',
        });
        const snapshot = snapshotOf([server('home', { connection: failing })], [one], [work('a')]);
        for (const row of ['s-home', 'w-a', 'w-a/forward/3000']) {
          const text = tooltipOfRow(snapshot, row, minute, l10n) ?? '';
          const commands = [...text.matchAll(/\(command:([\w.]+)\?/g)].map((match) => match[1]);
          expect(commands.length).toBeGreaterThan(0);
          for (const command of commands) expect(dokployLinkedCommands).toContain(command);
        }
      }
    }
  });

  it('show foreign text as it is', () => {
    const evil = workspace('[x](command:evil)', { ...failed, reason: '$(bug) <b>[y](command:evil)' });
    const snapshot = snapshotOf([server('home')], [evil]);
    const text = tooltipOfRow(snapshot, evil.id, 0, l10n) ?? '';
    expect(text).not.toContain('](command:evil');
    expect(text).not.toContain('$(bug)');
  });

  it('tell why a server cannot be used and since when, and what certificate is pinned', () => {
    const connection: ServerConnection = { ...failing, problem: 'certificate', certificate: offered };
    const one = server('home', { connection, certificate: 'AA:BB' });
    const said = (tooltipOfRow(snapshotOf([one], []), 's-home', 3 * minute, l10n) ?? '').replaceAll('\\', '');
    for (const part of ['certificate not trusted', 'connect ECONNREFUSED', 'Check the address.', 'For 3 min', 'AA:BB'])
      expect(said).toContain(part);
    expect(said).toContain('1 project · read 3 min ago');
  });
});

describe('the status bar', () => {
  const said = (...parameters: Parameters<typeof snapshotOf>): string | undefined =>
    summarizeDokploy(snapshotOf(...parameters), 0, l10n)?.text;

  it('is silent while nothing runs', () => {
    expect(said([], [])).toBeUndefined();
    expect(said([server('home')], [workspace('a'), workspace('b', running, { managed: 'no' })])).toBeUndefined();
    expect(said([server('home', { connection: failing })], [])).toBeUndefined();
  });

  it('counts what runs and what failed, and turns while something is being done', () => {
    const workspaces = [workspace('a', running), workspace('b', running), workspace('c', running)];
    expect(said([server('home')], workspaces)).toBe('$(cloud) 3');
    expect(said([server('home')], [...workspaces, workspace('d', failed)])).toBe('$(cloud) 3 ✕1');
    expect(said([server('home', { connection: failing })], workspaces)).toBe('$(cloud) 3 ✕1');
    expect(said([server('home')], [workspace('a'), workspace('b')], [work('a')])).toBe('$(loading~spin)');
    expect(said([server('home')], [workspace('d', failed)], [work('d')])).toBe('$(loading~spin)');
  });

  it('has a line with links for each, and for not too many', () => {
    const many = Array.from({ length: 40 }, (_, index) => workspace(`w${String(index)}`, running));
    const { tooltip = '', accessibleLabel } = summarizeDokploy(snapshotOf([server('home')], many), 0, l10n) ?? {};
    expect(tooltip.split('devyard.dokploy.openTerminal')).toHaveLength(16);
    expect(tooltip).toContain('and 25 more in the view');
    expect(accessibleLabel).toBe('Devyard Dokploy workspaces: 40 running');
  });
});
