import { describe, expect, it } from 'vitest';
import { deletionQuestion } from '../../../src/views/codeServers/deletion.ts';
import { nameProblem } from '../../../src/views/codeServers/nameProblem.ts';
import { present } from '../../../src/views/codeServers/presentation.ts';
import { summarize } from '../../../src/views/codeServers/statusSummary.ts';
import { tooltipOf } from '../../../src/views/codeServers/tooltip.ts';
import { removalDetail } from '../../../src/views/daemon/removal.ts';
import { codeServer, daemonInfo, failed, job, l10n, run, running, states } from './samples.ts';

const metrics = { cpuPercent: 2.2, memoryBytes: 312 * 1024 * 1024, processes: 5, sampledAt: 1 };
const connected = { status: 'connected', info: daemonInfo(1) } as const;

describe('a row', () => {
  it('says the state in words', () => {
    const texts = states.map((state) => present(codeServer('a', state, { metrics }), 120_000, l10n).description);
    expect(texts).toEqual([
      'creating',
      'stopped',
      'starting · waiting for /healthz',
      'running · :8010 · 2 % · 312 MB',
      'unhealthy · no answer for 30 s · :8010 · 2 % · 312 MB',
      'stopping',
      'failed · exit 1 · 2 min ago',
    ]);
  });

  it('names the signal, or the reason where nobody knows how it ended', () => {
    const texts = [
      { ...failed, exitCode: null, signal: 'SIGKILL' },
      { ...failed, exitCode: null },
    ].map((state) => present(codeServer('a', state), 0, l10n).description);
    expect(texts).toEqual(['failed · SIGKILL · just now', 'failed · code-server ended with exit code 1 · just now']);
  });

  it('has tokens for menus, and a label for screen readers that says all of it', () => {
    const row = present(codeServer('api', running, { metrics }), 0, l10n);
    expect(row.contextValue).toBe('codeServer;running;');
    expect(row.accessibleLabel).toBe('api, code-server, running, :8010, 2 %, 312 MB');
  });
});

describe('a row that is worked on', () => {
  const cloning = job('a', { status: 'running', step: 'cloning: receiving objects', fraction: 0.451 });
  const installing = job(
    'a',
    { status: 'running', step: 'installing a.b (2 of 3)', fraction: 1 / 3 },
    { kind: 'codeServer.installExtensions', items: [{ name: 'a.b', status: 'running' }] },
  );

  it('says what is being done, in percent where nothing is counted', () => {
    expect(present(codeServer('a', { status: 'creating' }), 0, l10n, cloning)).toMatchObject({
      description: 'creating · cloning: receiving objects 45 %',
      contextValue: 'codeServer;creating;job;',
      icon: 'loading~spin',
    });
    const row = present(codeServer('a', running, { metrics, autoStart: true }), 0, l10n, installing);
    expect(row.description).toBe('running · installing a.b (2 of 3)');
    expect(row.contextValue).toBe('codeServer;running;job;autoStart;');
  });

  it('is not called stopped while its creation goes on', () => {
    const row = present(codeServer('a'), 0, l10n, { ...installing, kind: 'codeServer.create' });
    expect(row).toMatchObject({ description: 'creating · installing a.b (2 of 3)', icon: 'loading~spin' });
    expect(present(codeServer('a'), 0, l10n, installing).description).toBe('stopped · installing a.b (2 of 3)');
  });

  it('makes the status bar spin, with a way to cancel in its tooltip and the row’s', () => {
    const summary = summarize(connected, [codeServer('a')], l10n, [installing]);
    expect(summary?.text).toBe('$(loading~spin)');
    expect(summary?.tooltip).toContain('installing a\\.b');
    expect(tooltipOf(codeServer('a'), 0, l10n, { job: installing })).toContain('codeServer.cancelJob?');
    expect(tooltipOf(codeServer('a'), 0, l10n)).not.toContain('cancelJob');
  });
});

describe('a tooltip', () => {
  it('tells where the files come from, what was installed and what happens by itself', () => {
    const extensions = ['a.a', 'a.b', 'a.c', 'a.d', 'a.e', 'a.f', 'a.g', 'a.h'];
    const more = { extensions, extensionGroups: ['py'], autoStart: true, stopWhenIdleMinutes: 90 };
    const origin = { type: 'git', url: 'https://x/y', branch: 'dev' } as const;
    const text = tooltipOf(codeServer('api', undefined, { ...more, origin }), 0, l10n).replaceAll('\\', '');
    for (const part of ['cloned from https://x/y, branch dev', 'Groups: py', 'a.f and 2 more', 'Starts with Devyard'])
      expect(text).toContain(part);
    expect(text).toContain('Stops after 1 h 30 min without a browser');
    expect(text).not.toContain('a.g');
  });

  it('shows its charts while it runs', () => {
    const charts = { cpu: 'data:image/svg+xml;base64,AA', memory: 'data:image/svg+xml;base64,BB' };
    expect(tooltipOf(codeServer('a', running, { metrics }), 0, l10n, { charts })).toContain(`![CPU](${charts.cpu})`);
    expect(tooltipOf(codeServer('a'), 0, l10n, { charts })).not.toContain('data:');
  });

  it('tells folder, port, uptime and process of what runs', () => {
    const text = tooltipOf(codeServer('api', running, { metrics }), 61_000, l10n);
    for (const part of ['/work/api', 'Port 8010', 'Up for 1 min', 'process 4711', '5 processes'])
      expect(text).toContain(part);
    expect(text).toContain('[Stop](command:devyard.codeServer.stop?');
    expect(text).not.toContain('codeServer.start');
  });

  it('shows why something failed, with its last lines and a way to try again', () => {
    const lastLines = ['```', '[x](command:evil)'];
    const text = tooltipOf(codeServer('api', { ...failed, lastLines }), 0, l10n);
    expect(text).toMatch(/server ended with exit code 1 *\n/);
    const killed = { ...failed, reason: 'It was gone.', exitCode: null, signal: 'SIGKILL' };
    expect(tooltipOf(codeServer('api', killed), 0, l10n)).toContain('SIGKILL');
    expect(text).toContain('[Retry](command:devyard.codeServer.start?');
    expect(text).toContain('````text\n```\n[x](command:evil)\n````');
  });
});

describe('the status bar', () => {
  it('says nothing while nothing runs', () => {
    expect(summarize(connected, [], l10n)).toBeUndefined();
    expect(summarize(connected, [codeServer('a')], l10n)).toBeUndefined();
    expect(summarize({ status: 'idle' }, [], l10n)).toBeUndefined();
  });

  it('counts what runs and what failed, and spins while something is under way', () => {
    const text = (...list: Parameters<typeof summarize>[1]): string | undefined =>
      summarize(connected, list, l10n)?.text;
    const [a, b, broken] = [codeServer('a', running), codeServer('b', running), codeServer('c', failed)];
    expect(text(a, b)).toBe('$(server) 2 running');
    expect(text(a, b, broken)).toBe('$(server) 2 running ✕1');
    expect(text(broken)).toBe('$(server) ✕1');
    expect(text(a, codeServer('d', { status: 'stopping', since: 0 }))).toBe('$(loading~spin) 1 running');
  });

  it('has a line with links for each server', () => {
    const summary = summarize(connected, [codeServer('a', running), codeServer('b', failed)], l10n);
    expect(summary?.tooltip.match(/^.*\*\*[ab]\*\*.*Show Logs.*$/gm)).toHaveLength(2);
    expect(summary?.accessibleLabel).toBe('Devyard code-servers: 1 running, 1 failed');
    expect(summary?.blocked).toBe(false);
  });

  it('warns only when Devyard cannot be had, not when a person stopped it', () => {
    const reason = { code: 'unavailable', message: 'It is gone.', hint: undefined };
    expect(summarize({ status: 'down', kind: 'failed', reason }, [], l10n)?.blocked).toBe(true);
    expect(summarize({ status: 'down', kind: 'stopped', reason }, [], l10n)).toBeUndefined();
  });
});

describe('questions before something is erased', () => {
  it('names the folder that is erased, and offers to keep it', () => {
    const { message, detail, choices } = deletionQuestion(codeServer('api', { status: 'running', run }), l10n);
    expect(message).toBe('Delete the code-server "api"?');
    expect(detail).toContain('will be stopped');
    expect(detail).toContain('/work/api');
    expect(choices.map(({ keepWorkspace }) => keepWorkspace)).toEqual([true, false]);
  });

  it('says that a creation is cancelled', () => {
    expect(deletionQuestion(codeServer('api', { status: 'creating' }), l10n).detail).toContain('that is cancelled');
  });

  it('never offers to erase a folder that was there before', () => {
    const { detail, choices } = deletionQuestion(codeServer('api', undefined, { folderOwned: false }), l10n);
    expect(detail).toContain('Kept: the folder /work/api');
    expect(choices).toEqual([{ title: 'Delete', keepWorkspace: true }]);
  });

  it('lists what Remove Everything stops, erases and keeps', () => {
    const list = [codeServer('mine', running), codeServer('yours', undefined, { folderOwned: false })];
    const detail = removalDetail('/data', list, list.slice(0, 1), l10n);
    expect(detail).toContain('Stopped: mine.');
    expect(detail).toContain('the folders of mine');
    expect(detail).toContain('Kept: /work/yours.');
  });
});

describe('a name', () => {
  it.each(['', '  ', 'a/b', 'a\\b', 'a\u0007', 'x'.repeat(65)])('%j is refused', (name) => {
    expect(nameProblem(name, l10n)).toBeTypeOf('string');
  });
  it.each(['a', ' api ', '💡'.repeat(64)])('%j is fine', (name) => {
    expect(nameProblem(name, l10n)).toBeUndefined();
  });
});
