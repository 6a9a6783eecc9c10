import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, defaultDataDir, isNewer, parseDaemonFile } from '../../../src/api/contract/discovery.ts';

describe('defaultDataDir', () => {
  it.each([
    [{}, 'linux', '/home/u', '/home/u/.local/share/devyard'],
    [{ XDG_DATA_HOME: '/x' }, 'linux', '/home/u', '/x/devyard'],
    [{ XDG_DATA_HOME: 'relative' }, 'linux', '/home/u', '/home/u/.local/share/devyard'],
    [{}, 'darwin', '/Users/u', '/Users/u/Library/Application Support/Devyard'],
    [{ LOCALAPPDATA: '/c/local' }, 'win32', '/c/u', '/c/local/Devyard'],
    [{ DEVYARD_DATA_DIR: '/chosen' }, 'darwin', '/Users/u', '/chosen'],
  ])('%j on %s', (env, platform, home, expected) => {
    expect(defaultDataDir(env, platform, home)).toBe(expected);
  });
});

const sound = { socket: '/s', token: 't', pid: 1, startTime: '5', version: '1.0.0', build: 1, apiVersion: 1 };

describe('parseDaemonFile', () => {
  it('reads what a daemon writes', () => {
    expect(parseDaemonFile(JSON.stringify(sound))).toEqual(sound);
  });

  it('takes nothing torn, foreign or of another shape', () => {
    const text = JSON.stringify(sound);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), (end) => {
        expect(parseDaemonFile(text.slice(0, end))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const parsed = parseDaemonFile(JSON.stringify(value) ?? '');
        expect(parsed === undefined || typeof parsed.socket === 'string').toBe(true);
      }),
    );
    for (const key of Object.keys(sound)) {
      expect(parseDaemonFile(JSON.stringify({ ...sound, [key]: undefined }))).toBeUndefined();
    }
  });
});

describe('versions', () => {
  const version = fc
    .tuple(fc.nat(20), fc.nat(20), fc.nat(20), fc.constantFrom('', '-alpha', '-rc.1'))
    .map(([major, minor, patch, tag]) => `${String(major)}.${String(minor)}.${String(patch)}${tag}`);

  it.each([
    ['1.0.0', '0.9.9', 1],
    ['1.2.0', '1.10.0', -1],
    ['1.0.0-rc.1', '1.0.0', -1],
    ['1.0.0', '1.0.0', 0],
  ])('%s against %s', (a, b, expected) => {
    expect(compareVersions(a, b)).toBe(expected);
  });

  it('never lets two builds each be newer than the other, so that hand-overs end', () => {
    fc.assert(
      fc.property(version, fc.nat(5), version, fc.nat(5), (a, buildA, b, buildB) => {
        const left = { version: a, build: buildA };
        const right = { version: b, build: buildB };
        expect(isNewer(left, right) && isNewer(right, left)).toBe(false);
        if (a !== b || buildA !== buildB) expect(isNewer(left, right) || isNewer(right, left)).toBe(true);
      }),
    );
  });
});
