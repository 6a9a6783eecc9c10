import { describe, expect, it } from 'vitest';
import { contextValues } from '../../../src/views/shared/contextKeys.ts';
import { Failure, viewOfError } from '../../../src/views/shared/errorView.ts';
import { backoff, Budget } from '../../../src/views/shared/sessionState.ts';
import { realChanges, settingsPatch, type Setting, type SettingKey } from '../../../src/views/shared/settingsPatch.ts';
import { emptySnapshot, withList } from '../../../src/views/shared/snapshot.ts';
import { server, snapshotOf, workspace } from './dokploy/samples.ts';
import { codeServer, daemonInfo, l10n, running } from './samples.ts';

const presets: Record<SettingKey, unknown> = {
  'codeServer.path': '',
  'codeServer.portRange': { start: 8010, end: 8100 },
  'codeServer.startTimeout': 120,
  'codeServer.stopGrace': 10,
  'codeServer.extensionGallery': '',
  'codeServer.devboxConfig': '',
  'codeServer.access': 'devyard',
  'devServers.tools': {},
  'devServers.stopAfterLastWindow': 60,
};
const reader =
  (user: Partial<Record<SettingKey, unknown>>) =>
  (key: SettingKey): Setting => ({ user: user[key], preset: presets[key] });

describe('settings', () => {
  it('sends only what a person set', () => {
    expect(settingsPatch(reader({}))).toEqual({});
    expect(settingsPatch(reader({ 'codeServer.path': '/x', 'codeServer.stopGrace': 0 }))).toEqual({
      codeServerPath: '/x',
      stopGraceSeconds: 0,
    });
  });

  it('fills half a port range from its preset', () => {
    expect(settingsPatch(reader({ 'codeServer.portRange': { start: 8050 } }))).toEqual({
      portRange: { start: 8050, end: 8100 },
    });
  });

  it('sends the tools as they were set, without those that were taken out', () => {
    const tools = { go: '/go/bin/go' };
    expect(settingsPatch(reader({ 'devServers.tools': tools, 'devServers.stopAfterLastWindow': 0 }))).toEqual({
      devServerTools: tools,
      devServerGraceSeconds: 0,
    });
    expect(settingsPatch(reader({}), new Set(['devServers.tools']))).toEqual({ devServerTools: {} });
  });

  it('goes back to the preset when a setting was just taken back', () => {
    expect(settingsPatch(reader({}), new Set(['codeServer.startTimeout']))).toEqual({ startTimeoutSeconds: 120 });
  });

  it('sends nothing that is so already', () => {
    const current = {
      codeServerPath: '/x',
      portRange: { start: 1, end: 2 },
      startTimeoutSeconds: 5,
      stopGraceSeconds: 1,
      extensionGallery: '',
      devboxConfigPath: '',
      codeServerAccess: 'devyard' as const,
      devServerTools: {},
      devServerGraceSeconds: 60,
    };
    expect(realChanges({ codeServerPath: '/x', stopGraceSeconds: 3 }, current)).toEqual({ stopGraceSeconds: 3 });
  });
});

describe('an error', () => {
  const thrown = (code: string, hint?: string): Error => Object.assign(new Error('Port 8010 is taken'), { code, hint });

  it('says what failed, why and what to do next', () => {
    const view = viewOfError(
      new Failure('Could not start api', thrown('port-taken', 'End process 12.'), { codeServerId: '1' }),
      l10n,
    );
    expect(view?.text).toBe('Could not start api: Port 8010 is taken. End process 12.');
    expect(view?.actions.at(-1)).toBe('showServerLogs');
  });

  it('of a project shows its log, and never offers the ports of code-servers', () => {
    const failure = (code: string): Failure => new Failure('Could not start demo', thrown(code), { devServerId: '1' });
    expect(viewOfError(failure('port-taken'), l10n)?.actions).toEqual(['showServerLogs']);
    expect(viewOfError(failure('ports-exhausted'), l10n)?.actions).toEqual(['showServerLogs']);
    expect(viewOfError(failure('tool-missing'), l10n)?.actions).toEqual(['openToolSettings', 'showServerLogs']);
  });

  it('of a Dokploy server that refuses the key offers to change it', () => {
    const failure = new Failure('Could not create a', thrown('server-refused'), { dokployServerId: '1' });
    expect(viewOfError(failure, l10n)?.actions[0]).toBe('editDokployServer');
    const log = viewOfError(new Failure('Could not start a', thrown('internal'), { workspaceId: '1' }), l10n);
    expect(log?.actions).toEqual(['showServerLogs']);
  });

  it('from a bundle with a class of its own is told with what was tried', () => {
    class Failure extends Error {
      override readonly name = 'Failure';
      readonly what = 'Could not start a';
      readonly retry = (): void => undefined;
    }
    const view = viewOfError(new Failure('Could not start a', { cause: thrown('internal') }), l10n);
    expect(view).toMatchObject({ actions: ['retry', 'showLogs'] });
    expect(view?.text).toMatch(/^Could not start a: /);
  });

  it.each([
    ['engine-missing', 'install'],
    ['engine-too-old', 'install'],
    ['ports-exhausted', 'openPortSettings'],
    ['unavailable', 'restartDaemon'],
    ['reload-window', 'reloadWindow'],
    ['internal', 'showLogs'],
  ])('%s offers to %s first', (code, action) => {
    expect(viewOfError(thrown(code), l10n)?.actions[0]).toBe(action);
  });

  it('is not told when the person cancelled', () => {
    expect(viewOfError(new Failure('x', thrown('cancelled')), l10n)).toBeUndefined();
  });

  it('copes with whatever is thrown', () => {
    for (const odd of [undefined, null, 0, 'text', {}, new Error('')]) {
      expect(viewOfError(odd, l10n)?.text).toMatch(/\.$/);
    }
  });
});

describe('a budget', () => {
  it('is used up, and refilled by time', () => {
    const budget = new Budget(3, 60_000);
    expect([0, 1, 2, 3].map((now) => budget.take(now))).toEqual([true, true, true, false]);
    expect(budget.take(60_000)).toBe(true);
    expect(budget.take(60_000)).toBe(false);
  });

  it('backs off up to a limit', () => {
    expect([0, 1, 2, 3, 9].map((attempt) => backoff(attempt, 100, 1000))).toEqual([0, 100, 200, 400, 1000]);
  });
});

describe('context keys', () => {
  it('enable only what can be done', () => {
    const state = { status: 'connected', info: daemonInfo(1) } as const;
    const { snapshot } = withList(emptySnapshot, [codeServer('a', running)]);
    expect(contextValues(state, snapshot, 'linux')).toMatchObject({
      'devyard.canStart': false,
      'devyard.canStop': true,
      'devyard.engine': 'unknown',
    });
  });

  it('keep commands usable before the daemon is there', () => {
    expect(contextValues({ status: 'idle' }, emptySnapshot, 'linux')).toMatchObject({
      'devyard.canStart': true,
      'devyard.hasCodeServers': true,
    });
  });

  it('enable for Dokploy only what can be done', () => {
    const state = { status: 'connected', info: daemonInfo(1) } as const;
    const snapshot = snapshotOf([server('home')], [workspace('a')]);
    expect(contextValues(state, snapshot, 'linux')).toMatchObject({
      'devyard.hasDokployServers': true,
      'devyard.hasWorkspaces': true,
      'devyard.canStartWorkspace': true,
      'devyard.canStopWorkspace': false,
      'devyard.canConnectWorkspace': false,
      'devyard.canAdoptService': false,
    });
    expect(contextValues(state, emptySnapshot, 'linux')['devyard.hasDokployServers']).toBe(false);
    expect(contextValues({ status: 'idle' }, emptySnapshot, 'linux')['devyard.canConnectWorkspace']).toBe(true);
  });

  it('tell an outdated window from a broken daemon', () => {
    const reason = { code: 'reload-window', message: '', hint: undefined };
    expect(contextValues({ status: 'down', kind: 'failed', reason }, emptySnapshot, 'linux')['devyard.down']).toBe(
      'outdated',
    );
  });
});
