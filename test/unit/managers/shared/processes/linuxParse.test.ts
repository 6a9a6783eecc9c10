import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAuxv, parseStat, splitNul } from '../../../../../src/managers/shared/processes/linuxParse.ts';

const units = { ticksPerSecond: 100, pageBytes: 4096 };
// Recorded from a running sleep; its name is replaced in the tests below.
const tail =
  'S 1 4242 4242 0 -1 4194304 103 2000 0 0 12 34 56 78 20 0 1 0 987654 5562368 450 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0';

describe('parseStat', () => {
  it('reads the fields of proc_pid_stat(5)', () => {
    expect(parseStat(`4242 (sleep) ${tail}\n`, units)).toEqual({
      pid: 4242,
      ppid: 1,
      pgid: 4242,
      startTime: '987654',
      alive: true,
      cpuSeconds: 1.8,
      reapedCpuSeconds: 1.34,
      rssBytes: 450 * 4096,
    });
  });

  it('is not misled by any command name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '(', ')', '\n', ') S 1 ', 'é'), maxLength: 15 }),
        (name) => {
          expect(parseStat(`4242 (${name}) ${tail}`, units)).toMatchObject({ pid: 4242, ppid: 1, startTime: '987654' });
        },
      ),
    );
  });

  it('takes Z and X for dead, but not a process whose main thread alone has ended', () => {
    const withState = (state: string, threads: number): boolean | undefined =>
      parseStat(`4242 (x) ${tail.replace('S', state).replace(' 20 0 1 0 ', ` 20 0 ${threads} 0 `)}`, units)?.alive;
    expect(['R', 'S', 'D', 'T', 't', 'I'].map((state) => withState(state, 1))).toEqual(Array(6).fill(true));
    expect(['Z', 'X', 'x'].map((state) => withState(state, 1))).toEqual([false, false, false]);
    expect(withState('Z', 3)).toBe(true);
  });

  it('gives undefined, never an exception or a half-read row, for anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseStat(text, units)).toBeUndefined();
      }),
    );
    const whole = `4242 (sleep) ${tail}`;
    fc.assert(
      fc.property(fc.nat({ max: whole.indexOf(' 450') }), (length) => {
        expect(parseStat(whole.slice(0, length), units)).toBeUndefined();
      }),
    );
  });
});

describe('parseAuxv', () => {
  it('reads page size and clock ticks', () => {
    const words = [33n, 140177656573952n, 6n, 16384n, 17n, 250n, 0n, 0n];
    expect(parseAuxv(new Uint8Array(new BigUint64Array(words).buffer), 8)).toEqual({
      ticksPerSecond: 250,
      pageBytes: 16384,
    });
    expect(parseAuxv(new Uint8Array(new Uint32Array([6, 4096, 17, 100, 0, 0]).buffer), 4)).toEqual(units);
    expect(parseAuxv(new Uint8Array(3), 8)).toEqual(units);
  });
});

describe('splitNul', () => {
  it('gives back what was joined, empty strings included', () => {
    const part = fc.string().map((text) => text.replaceAll('\0', ''));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        expect(splitNul(parts.map((each) => `${each}\0`).join(''))).toEqual(parts);
      }),
    );
    expect(splitNul('')).toEqual([]);
  });
});
