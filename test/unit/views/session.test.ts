import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Session } from '../../../src/views/shared/session.ts';
import type { SessionState } from '../../../src/views/shared/sessionState.ts';
import { whenConnected } from '../../../src/views/shared/whenConnected.ts';
import { type DokployChange, noDokployChange } from '../../../src/views/shared/dokployState.ts';
import { devServer } from './devServers/samples.ts';
import { server as dokployServer, workspace } from './dokploy/samples.ts';
import { FakeHost } from './fakeDaemon.ts';
import { codeServer, l10n, running } from './samples.ts';

describe('the session of a window', () => {
  let host: FakeHost;
  let session: Session;
  let states: SessionState['status'][];
  let shownCounts: number[];
  let failures: string[];

  beforeEach(() => {
    vi.useFakeTimers();
    host = new FakeHost();
    host.servers.set('id-a', codeServer('a', running));
    session = new Session({ find: () => host.find(), ensure: () => host.ensure(), l10n, log: () => undefined });
    states = [];
    shownCounts = [];
    failures = [];
    session.on('state', ({ status }) => {
      states.push(status);
      shownCounts.push(session.snapshot.codeServers.size);
    });
    session.on('change', () => shownCounts.push(session.snapshot.codeServers.size));
    session.on('failure', ({ message }) => failures.push(message));
  });
  afterEach(() => {
    session.dispose();
    vi.useRealTimers();
  });

  const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

  it('starts nothing at start-up when no daemon runs', async () => {
    await session.probe();
    expect(host.starts).toBe(0);
    expect(states).toEqual([]);
    expect(session.state.status).toBe('idle');
  });

  it('starts the daemon at start-up when it is wanted for servers that start with it', async () => {
    await session.probe(() => Promise.resolve(true));
    expect(host.starts).toBe(1);
    expect(session.state.status).toBe('connected');
  });

  it('connects at start-up when a daemon runs, and knows everything by then', async () => {
    host.pid = 1;
    await session.probe();
    expect(session.state.status).toBe('connected');
    expect(session.snapshot.codeServers.get('id-a')?.state.status).toBe('running');
    expect(host.starts).toBe(0);
  });

  it('starts the daemon when its view is looked at, and once for all who need it', async () => {
    session.attend(true);
    const [one, two] = await Promise.all([session.connect(), session.connect()]);
    expect(one).toBe(two);
    expect(host.starts).toBe(1);
  });

  it('follows events', async () => {
    await session.connect();
    host.emit({ type: 'codeServer.changed', codeServer: codeServer('a', { status: 'stopped' }) });
    host.emit({ type: 'codeServer.changed', codeServer: codeServer('b') });
    await settle();
    expect(session.snapshot.codeServers.get('id-a')?.state.status).toBe('stopped');
    expect(session.snapshot.codeServers.size).toBe(2);
    host.emit({ type: 'codeServer.deleted', id: 'id-b' });
    await settle();
    expect(session.snapshot.codeServers.size).toBe(1);
  });

  it('resumes behind the last event when only the connection broke', async () => {
    await session.connect();
    host.emit({ type: 'codeServer.changed', codeServer: codeServer('a', { status: 'stopped' }) });
    await settle();
    host.calls.length = 0;
    host.streams.at(-1)?.push(new Error('reset'));
    await settle(1000);
    expect(session.state.status).toBe('connected');
    expect(host.streams.map(({ after }) => after)).toEqual([undefined, 1]);
    expect(host.calls).toEqual([]);
  });

  it('reads anew when the daemon says that events are missing', async () => {
    await session.connect();
    host.servers.set('id-b', codeServer('b'));
    host.streams.at(-1)?.push({ id: undefined, event: { type: 'reset', lastEventId: 40 } });
    await settle();
    expect(session.snapshot.codeServers.size).toBe(2);
    host.streams.at(-1)?.push(new Error('reset'));
    await settle(1000);
    expect(host.streams.at(-1)?.after).toBe(40);
  });

  it('knows the projects by the time it is connected, and follows them', async () => {
    host.devServers = [devServer('demo')];
    await session.connect();
    expect(session.snapshot.devServers.get('id-demo')?.status).toBe('idle');
    host.emit({ type: 'plugin/devserver/status', ...devServer('demo', { status: 'ready' }) });
    await settle();
    expect(session.snapshot.devServers.get('id-demo')).toEqual(devServer('demo', { status: 'ready' }));
    host.emit({ type: 'devServer.deleted', id: 'id-demo' });
    await settle();
    expect(session.snapshot.devServers.size).toBe(0);
  });

  it('knows what there is of Dokploy by the time it is connected, and follows it until the daemon is gone', async () => {
    host.dokploy = { servers: [dokployServer('home')], workspaces: [workspace('a')] };
    await session.connect();
    expect([...session.snapshot.dokployServers.keys()]).toEqual(['s-home']);
    host.emit({ type: 'dokploy.workspaceChanged', workspace: workspace('a', { status: 'running', node: 'node1' }) });
    await settle();
    expect(session.snapshot.workspaces.get('w-a')?.state.status).toBe('running');
    const changes: DokployChange[] = [];
    session.on('change', ({ dokploy }) => changes.push(dokploy));
    await session.stopDaemon(false);
    expect(changes).toEqual([{ ...noDokployChange, removedServers: ['s-home'], removedWorkspaces: ['w-a'] }]);
    expect(session.snapshot.workspaces.size).toBe(0);
  });

  it('tells the daemon that it is a window', async () => {
    await session.connect();
    expect(host.streams.map(({ window }) => window)).toEqual([true]);
  });

  it('gets on with a daemon that knows of no projects, and of no Dokploy', async () => {
    host.devServers = undefined;
    host.dokploy = undefined;
    await session.connect();
    expect(session.state.status).toBe('connected');
    expect(session.snapshot.codeServers.size).toBe(1);
    await session.refresh();
  });

  it('forgets the projects of a daemon that is gone', async () => {
    host.devServers = [devServer('demo')];
    await session.connect();
    const removed: string[] = [];
    session.on('change', (change) => removed.push(...change.devServers.removed));
    await session.stopDaemon(false);
    expect(removed).toEqual(['id-demo']);
    expect(session.snapshot.devServers.size).toBe(0);
  });

  it('starts a killed daemon again as long as any of its views is seen', async () => {
    session.attend(true);
    session.attend(true, 'devyard.devServers');
    await settle();
    session.attend(false);
    host.kill();
    await settle(2000);
    expect(host.starts).toBe(2);
    session.attend(false, 'devyard.devServers');
    host.kill();
    await settle(5000);
    expect(host.starts).toBe(2);
  });

  it('starts a killed daemon again while its view is seen, and never shows an empty list meanwhile', async () => {
    session.attend(true);
    await settle();
    shownCounts.length = 0;
    host.kill();
    await settle(2000);
    expect(host.starts).toBe(2);
    expect(session.state.status).toBe('connected');
    expect(Math.min(...shownCounts)).toBe(1);
    expect(states).not.toContain('down');
  });

  it('gives up after three starts within a minute, until a person asks', async () => {
    session.attend(true);
    await settle();
    for (let round = 0; round < 4; round += 1) {
      host.kill();
      await settle(3000);
    }
    expect(host.starts).toBe(4);
    expect(session.state).toMatchObject({ status: 'down', kind: 'failed' });
    expect(failures).toHaveLength(1);
    await settle(600_000);
    expect(host.starts).toBe(4);
    await session.restartDaemon();
    expect(session.state.status).toBe('connected');
  });

  it('says why when the daemon cannot be started again', async () => {
    session.attend(true);
    await settle();
    host.startError = Object.assign(new Error('No space left'), { code: 'disk-full', hint: 'Free some.' });
    host.kill();
    await settle(30_000);
    expect(session.state).toMatchObject({ status: 'down', reason: { code: 'disk-full', hint: 'Free some.' } });
    expect(failures).toEqual(['No space left']);
    expect(session.snapshot.codeServers.size).toBe(0);
  });

  it('leaves a killed daemon alone while nobody looks, and starts it for a command', async () => {
    await session.connect();
    host.kill();
    await settle(5000);
    expect(host.starts).toBe(1);
    expect(session.snapshot.codeServers.size).toBe(1);
    await session.connect();
    expect(host.starts).toBe(2);
    host.kill();
    await settle(90_000);
    expect(session.state.status).toBe('idle');
    expect(host.starts).toBe(2);
  });

  it('goes over to the daemon that took the place of the old one', async () => {
    session.attend(true);
    await settle();
    shownCounts.length = 0;
    host.endInGoodOrder();
    await settle(3000);
    expect(session.state.status).toBe('connecting');
    host.pid = 999;
    await settle(3000);
    expect(session.state).toMatchObject({ status: 'connected', info: { pid: 999 } });
    expect(host.starts).toBe(1);
    expect(Math.min(...shownCounts)).toBe(1);
  });

  it('does not start again what a person stopped, in this window or another', async () => {
    session.attend(true);
    await settle();
    host.endInGoodOrder();
    await settle(60_000);
    expect(session.state).toMatchObject({ status: 'down', kind: 'stopped' });
    await session.connect();
    await session.stopDaemon(false);
    expect(session.state).toMatchObject({ status: 'down', kind: 'stopped' });
    await settle(60_000);
    expect(host.starts).toBe(2);
    expect(failures).toEqual([]);
  });

  it('tells the command, not the person twice, when a command cannot have its daemon', async () => {
    host.startError = new Error('no');
    await expect(session.connect()).rejects.toThrow('no');
    expect(failures).toEqual([]);
    expect(session.state.status).toBe('down');
  });

  it('goes on when a listener fails', async () => {
    session.on('change', () => {
      throw new Error('broken listener');
    });
    await session.connect();
    host.emit({ type: 'codeServer.changed', codeServer: codeServer('a', { status: 'stopped' }) });
    await settle();
    expect(session.state.status).toBe('connected');
    expect(session.snapshot.codeServers.get('id-a')?.state.status).toBe('stopped');
  });

  it('lets one wait for the connection without making it', async () => {
    const waiting = whenConnected(session, new AbortController().signal);
    await settle(10_000);
    expect(host.starts).toBe(0);
    await session.connect();
    expect((await waiting).info.pid).toBe(101);
    const ended = new AbortController();
    session.dispose();
    const given = whenConnected(session, ended.signal);
    ended.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
  });
});
