import { describe, expect, it } from 'vitest';
import type { DevBuild, DevProcess, DevProcessState } from '../../../../src/managers/devServers/model.ts';
import { originalFields, overallStatus } from '../../../../src/managers/devServers/summary.ts';

const run = {
  runId: '0198c0de-0000-7000-8000-000000000002',
  pid: 7,
  startedAt: 1,
  adopted: false,
  port: 15_173,
  url: 'http://127.0.0.1:15173/',
  debugPort: null,
};
const process = (name: string, state: DevProcessState): DevProcess => ({
  name,
  dependsOn: [],
  tty: false,
  debug: null,
  state,
});
const build = (state: DevBuild['state']): DevBuild => ({
  name: 'backend',
  dependsOn: [],
  watching: true,
  state,
  problems: [],
});
const external = { pid: 9, protocol: 'grpc', protocolVersion: 1, addr: '127.0.0.1:4000', vitePort: 5173 };

describe('a project as a whole', () => {
  it('is what its worst part is', () => {
    const ready = process('ui', { status: 'ready', run, readyAt: 2 });
    expect(overallStatus({ processes: [ready], builds: [], external: null })).toBe('ready');
    const broken = build({ status: 'error', at: 3, reason: '2 errors: x', durationMs: 5 });
    expect(overallStatus({ processes: [ready], builds: [broken], external: null })).toBe('error');
    expect(overallStatus({ processes: [], builds: [], external: null })).toBe('idle');
    expect(overallStatus({ processes: [process('ui', { status: 'idle' })], builds: [], external })).toBe('ready');
  });

  it('says in the words of the original what it knows, and nothing else', () => {
    const ready = process('ui', { status: 'ready', run, readyAt: 2 });
    const good = build({ status: 'ready', at: 1000, durationMs: 1200 });
    expect(originalFields({ processes: [ready], builds: [good], external: null })).toEqual({
      mode: 'managed',
      vitePort: 15_173,
      viteURL: 'http://127.0.0.1:15173/',
      viteStatus: 'ready',
      goStatus: 'ready',
      lastBuildTime: '1970-01-01T00:00:01.000Z',
      lastBuildDuration: 1_200_000_000,
    });
    expect(originalFields({ processes: [], builds: [], external: null })).toEqual({ mode: 'idle' });
    expect(originalFields({ processes: [], builds: [build({ status: 'idle' })], external })).toEqual({
      mode: 'external',
      vitePort: 5173,
      viteURL: 'http://127.0.0.1:5173/',
      goStatus: 'idle',
      grpcConnected: true,
    });
  });

  it('names the newest error', () => {
    const failed = process('ui', {
      status: 'error',
      at: 5,
      reason: 'it ended with exit code 1',
      exitCode: 1,
      signal: null,
      lastLines: [],
      attempt: 0,
    });
    const older = build({ status: 'error', at: 4, reason: 'exit code 2', durationMs: null });
    expect(originalFields({ processes: [failed], builds: [older], external: null })).toMatchObject({
      mode: 'managed',
      lastError: 'ui: it ended with exit code 1',
    });
  });
});
