import { describe, expect, it } from 'vitest';
import { canDev, isAlive, isBlocked, pagesOf } from '../../../../src/views/devServers/actions.ts';
import { manifestLine } from '../../../../src/views/devServers/manifestLine.ts';
import { presentBuild, presentProcess, presentProject } from '../../../../src/views/devServers/presentation.ts';
import { removalQuestion } from '../../../../src/views/devServers/removal.ts';
import { summarizeDevServers } from '../../../../src/views/devServers/statusSummary.ts';
import { buildTooltip, processTooltip, projectTooltip } from '../../../../src/views/devServers/tooltip.ts';
import { trustQuestion } from '../../../../src/views/devServers/trust.ts';
import { clockTime, formatSeconds, plainUrl } from '../../../../src/views/devServers/words.ts';
import { l10n } from '../samples.ts';
import {
  buildStates,
  builtAt,
  crashed,
  devBuild,
  devProcess,
  devServer,
  problem,
  processRun,
  processStates,
} from './samples.ts';

const ready = { status: 'ready', run: processRun, readyAt: 2000 } as const;
const built = { status: 'ready', at: builtAt, durationMs: 1234 } as const;
const broken = { status: 'error', at: builtAt, reason: 'go build failed', durationMs: 900 } as const;
const external = { pid: 123, protocol: 'grpc', protocolVersion: 1, addr: '127.0.0.1:4000' };
const text = (...args: Parameters<typeof devServer>): string =>
  presentProject(devServer(...args), builtAt, l10n).description;

describe('the row of a process', () => {
  it('says the state in words', () => {
    expect(processStates.map((state) => presentProcess(devProcess('ui', state), 0, l10n).description)).toEqual([
      'idle',
      'starting · installing',
      'running · waiting for http / · http://127.0.0.1:15173',
      'ready · http://127.0.0.1:15173',
      'failed · exit 1',
      'failed · exit 1 · again in 4 s',
      'stopped',
    ]);
  });

  it('counts down to its next start, and does not go below', () => {
    const at = (now: number): string =>
      presentProcess(devProcess('ui', { ...crashed, retryAt: 4000 }), now, l10n).description;
    expect([0, 1, 3500, 4000, 9000].map(at)).toEqual([
      'failed · exit 1 · again in 4 s',
      'failed · exit 1 · again in 4 s',
      'failed · exit 1 · again in 1 s',
      'failed · exit 1 · starting again',
      'failed · exit 1 · starting again',
    ]);
  });

  it('says why where nobody knows how it ended, and the port of what has no page', () => {
    const state = { ...crashed, exitCode: null, reason: 'not ready within 30 s: http /' };
    expect(presentProcess(devProcess('ui', state), 0, l10n).description).toBe('failed · not ready within 30 s: http /');
    const headless = { ...ready, run: { ...processRun, url: null } };
    expect(presentProcess(devProcess('api', headless), 0, l10n).description).toBe('ready · :15173');
  });

  it('has tokens for menus and a label for screen readers', () => {
    const row = presentProcess(devProcess('ui', ready, { debug: 'node', tty: true }), 0, l10n);
    expect(row.contextValue).toBe('devProcess;ready;url;debug;tty;');
    expect(row.accessibleLabel).toBe('ui, process, ready, http://127.0.0.1:15173');
  });
});

describe('the row of a build', () => {
  it('says the state in words', () => {
    const problems = [problem('a'), problem('b'), problem('c'), problem('d', { severity: 'warning' })];
    expect(
      buildStates.map((state) => {
        const found = state.status === 'error' ? problems : [];
        return presentBuild(devBuild('backend', state, found), builtAt, l10n).description;
      }),
    ).toEqual([
      'idle',
      'starting · waiting for ui',
      'building · go build',
      'built 10:32 · 0 errors',
      'build failed · 3 errors',
      'stopped',
    ]);
  });

  it('says why it failed where no error was found in its output, and warnings of a good one', () => {
    expect(presentBuild(devBuild('backend', broken), builtAt, l10n)).toMatchObject({
      description: 'build failed · go build failed',
      contextValue: 'devBuild;error;build;',
    });
    const warned = devBuild('backend', built, [problem('unused', { severity: 'warning' })]);
    expect(presentBuild(warned, builtAt, l10n).description).toBe('built 10:32 · 0 errors · 1 warning');
  });
});

describe('the row of a project', () => {
  it('says how long the last build took', () => {
    expect(text('demo', { processes: [devProcess('ui', ready)], builds: [devBuild('backend', built)] })).toBe(
      'ready · built in 1.2 s',
    );
    expect(text('demo', { processes: [devProcess('ui', ready)] })).toBe('ready');
  });

  it('puts a failure before everything else', () => {
    const failed = devBuild('backend', broken, [problem('a'), problem('b'), problem('c')]);
    expect(text('demo', { processes: [devProcess('ui', ready)], builds: [failed] })).toBe('build failed · 3 errors');
    const retry = { ...crashed, retryAt: builtAt + 4000 };
    expect(text('demo', { processes: [devProcess('ui', retry)] })).toBe('failed · exit 1 · again in 4 s');
    expect(text('demo', { processes: [devProcess('api', ready), devProcess('ui', retry)] })).toBe(
      'ui failed · exit 1 · again in 4 s',
    );
  });

  it('says what it is doing', () => {
    const building = devBuild('backend', { status: 'building', since: 0, step: 'go build' });
    const starting = devProcess('ui', { status: 'starting', since: 0, step: 'installing' });
    expect(text('demo', { processes: [starting], builds: [building] })).toBe('building · backend');
    expect(text('demo', { processes: [starting] })).toBe('starting · installing');
    expect(text('demo', { processes: [devProcess('ui', ready)], stopping: true })).toBe('stopping');
    const waiting = devProcess('ui', { status: 'running', run: processRun, waitingFor: ['http /'] });
    expect(text('demo', { processes: [waiting] })).toMatch(/^running · waiting for http \//);
  });

  it('says what runs outside of Devyard', () => {
    expect(text('demo', { mode: 'external', external, status: 'ready' })).toBe('external · pid 123 · 127.0.0.1:4000');
  });

  it('hints at what a person has to decide', () => {
    expect(text('demo', { trusted: false })).toBe('idle · not trusted');
    expect(text('demo', { manifestChanged: true, processes: [devProcess('ui', ready)] })).toBe(
      'ready · manifest changed',
    );
    expect(presentProject(devServer('demo', { problem: 'bad YAML', trusted: false }), 0, l10n)).toMatchObject({
      description: 'idle · manifest cannot be used',
      icon: 'warning',
    });
  });

  it('has tokens for menus and a label for screen readers', () => {
    const parts = { processes: [devProcess('ui', ready, { debug: 'node' })], builds: [devBuild('backend', built)] };
    const row = presentProject(devServer('demo', parts), builtAt, l10n);
    expect(row.contextValue).toBe('devServer;ready;managed;alive;url;build;manifest;debug;');
    expect(row.accessibleLabel).toBe('demo, dev server, ready, built in 1.2 s');
    const bare = presentProject(devServer('demo', { manifest: null, trusted: false }), 0, l10n);
    expect(bare.contextValue).toBe('devServer;idle;start;untrusted;');
  });
});

describe('what can be done', () => {
  it('is starting again once nothing lives any more', () => {
    const dead = devServer('demo', { processes: [devProcess('ui', crashed)] });
    expect({ alive: isAlive(dead), blocked: isBlocked(dead), start: canDev('start', dead) }).toEqual({
      alive: false,
      blocked: true,
      start: true,
    });
    const retrying = devServer('demo', { processes: [devProcess('ui', { ...crashed, retryAt: 1 })] });
    expect({ start: canDev('start', retrying), stop: canDev('stop', retrying) }).toEqual({ start: false, stop: true });
    const half = devServer('demo', { processes: [devProcess('ui', ready), devProcess('api', crashed)] });
    expect({ start: canDev('start', half), stop: canDev('stop', half) }).toEqual({ start: true, stop: true });
    // A build that watches is repaired by the next change.
    const watching = devServer('demo', { builds: [devBuild('backend', broken)] });
    expect({ blocked: isBlocked(watching), start: canDev('start', watching) }).toEqual({
      blocked: false,
      start: false,
    });
  });

  it('is nothing but to look at what runs outside', () => {
    const outside = devServer('demo', { mode: 'external', external, status: 'ready', viteURL: 'http://127.0.0.1:5/' });
    expect((['start', 'stop', 'restart', 'rebuild'] as const).filter((action) => canDev(action, outside))).toEqual([]);
    expect(pagesOf(outside)).toEqual([{ name: '', url: 'http://127.0.0.1:5/' }]);
  });
});

describe('a tooltip', () => {
  const failing = devServer('demo', {
    lastError: 'ui: ended with exit code 1',
    processes: [devProcess('ui', { ...crashed, hint: 'Read its log.', lastLines: ['```', 'boom'] })],
    builds: [
      devBuild(
        'backend',
        broken,
        Array.from({ length: 7 }, (_, index) => problem(`wrong ${String(index)}`)),
      ),
    ],
  });

  it('of a project has the last error, errors with their places, the last lines and links', () => {
    const markdown = projectTooltip(failing, l10n);
    expect(markdown).toContain('ui\\: ended with exit code 1');
    expect(markdown).toContain('main\\.go\\:3 wrong 0');
    expect(markdown).toContain('and 2 more in the Problems panel');
    expect(markdown).toContain('````text\n```\nboom\n````');
    expect(markdown).toContain('[Stop](command:devyard.devServer.stop?%5B%22id-demo%22%5D)');
  });

  it('says once what a build found, and why a process ended as well', () => {
    const lastError = 'backend: 1 error: wrong';
    const builds = [devBuild('backend', broken, [problem('wrong')])];
    const only = projectTooltip(devServer('demo', { builds, lastError }), l10n);
    expect(only.match(/wrong/g)).toHaveLength(1);
    const both = { builds, processes: [devProcess('ui', crashed)], lastError: 'ui: ended with exit code 1' };
    expect(projectTooltip(devServer('demo', both), l10n)).toMatch(/exit code 1[^]*wrong/);
  });

  it('shows what a person wrote as it is', () => {
    const odd = devServer('demo', { pluginID: '**x** [y](command:z)', problem: '<b>' });
    const markdown = projectTooltip(odd, l10n);
    expect(markdown).not.toContain('](command:z)');
    expect(markdown).not.toContain('<b>');
  });

  it('of a part is about that part', () => {
    const [ui] = failing.processes;
    const [backend] = failing.builds;
    expect(ui && processTooltip(failing, ui, 0, l10n)).toContain('Read its log\\.');
    expect(backend && buildTooltip(failing, backend, l10n)).toContain('id-demo%2Fbuild%2Fbackend');
  });
});

describe('the status bar', () => {
  it('is silent while nothing runs', () => {
    expect(summarizeDevServers([], 0, l10n)).toBeUndefined();
    expect(summarizeDevServers([devServer('a')], 0, l10n)).toBeUndefined();
  });

  it('counts projects that are up, and what has failed', () => {
    const up = devServer('a', { processes: [devProcess('ui', ready)] });
    const half = devServer('b', { processes: [devProcess('ui', ready)], builds: [devBuild('backend', broken)] });
    const outside = devServer('c', { mode: 'external', external, status: 'ready' });
    expect(summarizeDevServers([up], 0, l10n)?.text).toBe('$(zap) 1');
    const summary = summarizeDevServers([up, half, outside], 0, l10n);
    expect(summary).toMatchObject({ text: '$(zap) 3 ✕1', blocked: false });
    expect(summary?.accessibleLabel).toBe('Devyard dev servers: 3 running, 1 failed');
  });

  it('spins while something is on its way, and is an alarm only when nothing goes on by itself', () => {
    const starting = devServer('a', { processes: [devProcess('ui', { status: 'starting', since: 0, step: '' })] });
    expect(summarizeDevServers([starting], 0, l10n)?.text).toBe('$(loading~spin) 1');
    const dead = devServer('a', { processes: [devProcess('ui', crashed)] });
    expect(summarizeDevServers([dead], 0, l10n)).toMatchObject({ text: '$(zap) ✕1', blocked: true });
  });
});

describe('questions', () => {
  it('name what would run before it is trusted', () => {
    const parts = { processes: [devProcess('ui')], builds: [devBuild('backend')] };
    const { detail } = trustQuestion(devServer('demo', parts), l10n);
    expect(detail).toContain('/work/demo/devyard.yaml');
    expect(detail).toContain('Processes: ui');
    expect(detail).toContain('Builds: backend');
    expect(trustQuestion(devServer('demo', { manifest: null, preset: 'vite' }), l10n).detail).toContain('preset vite');
  });

  it('say what a removal erases, and that files stay', () => {
    const running = removalQuestion(devServer('demo', { processes: [devProcess('ui', ready)] }), l10n);
    expect(running.detail).toMatch(/^It is running and will be stopped\./);
    expect(running.detail).toContain('Kept: the folder /work/demo with everything in it');
    expect(removalQuestion(devServer('demo'), l10n).detail).not.toContain('running');
  });
});

describe('words', () => {
  it('tell seconds, a time of day and an address as people read them', () => {
    expect([0, 49, 1234, 9949, 9951, 59_400, 125_000].map((ms) => formatSeconds(ms, l10n))).toEqual([
      '0 s',
      '0 s',
      '1.2 s',
      '9.9 s',
      '10 s',
      '59 s',
      '2 min 5 s',
    ]);
    expect(clockTime(builtAt, builtAt + 3_600_000)).toBe('10:32');
    expect(clockTime(builtAt, builtAt + 86_400_000)).toBe('2026-11-21 10:32');
    expect(['http://127.0.0.1:1/', 'http://127.0.0.1:1/a/', null].map(plainUrl)).toEqual([
      'http://127.0.0.1:1',
      'http://127.0.0.1:1/a/',
      '',
    ]);
  });

  it('find the line of a project in its manifest', () => {
    const manifest = 'version: 1\nprojects:\n  - id: one\n    root: .\n  - root: b\n    id: "two" # second\n';
    expect(['one', 'two', 'three'].map((id) => manifestLine(manifest, id))).toEqual([3, 6, 1]);
  });
});
