import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  environmentHolds,
  parseBootTime,
  parseCommands,
  parseCpuTime,
  parsePs,
} from '../../../../../src/managers/shared/processes/darwinParse.ts';
import { parseCimRows, splitWindowsCommandLine } from '../../../../../src/managers/shared/processes/windowsParse.ts';

describe('ps of macOS', () => {
  const sample = [
    '    1     0     1 Ss   Sat Nov 21 03:39:07 2026     3:12.45  18224',
    '  501     1   501 S    Sun Nov  1 23:59:59 2026     0:00.03   4096',
    '73211   501   501 Z+   Sat Nov 21 04:00:00 2026     0:00.00      0',
    '73212   501 73212 R    Sat Nov 21 04:00:01 2026  1-02:03:04 100000',
    'ps: something else',
    '',
  ].join('\n');

  it('reads rows and leaves out what is none', () => {
    expect(parsePs(sample)).toEqual([
      {
        pid: 1,
        ppid: 0,
        pgid: 1,
        startTime: 'Sat Nov 21 03:39:07 2026',
        alive: true,
        cpuSeconds: 192.45,
        rssBytes: 18_661_376,
      },
      {
        pid: 501,
        ppid: 1,
        pgid: 501,
        startTime: 'Sun Nov  1 23:59:59 2026',
        alive: true,
        cpuSeconds: 0.03,
        rssBytes: 4_194_304,
      },
      {
        pid: 73211,
        ppid: 501,
        pgid: 501,
        startTime: 'Sat Nov 21 04:00:00 2026',
        alive: false,
        cpuSeconds: 0,
        rssBytes: 0,
      },
      {
        pid: 73212,
        ppid: 501,
        pgid: 73212,
        startTime: 'Sat Nov 21 04:00:01 2026',
        alive: true,
        cpuSeconds: 93_784,
        rssBytes: 102_400_000,
      },
    ]);
  });

  it('reads any CPU time it can print', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(23), fc.nat(59), fc.nat(59), (days, hours, minutes, seconds) => {
        const pad = (n: number): string => String(n).padStart(2, '0');
        const expected = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
        expect(parseCpuTime(`${days}-${pad(hours)}:${pad(minutes)}:${pad(seconds)}`)).toBe(expected);
        expect(parseCpuTime(`${(days * 24 + hours) * 60 + minutes}:${pad(seconds)}.00`)).toBe(expected);
      }),
    );
    expect(['', '-', '1', ':1', '1:2:3:4'].map(parseCpuTime)).toEqual(Array(5).fill(undefined));
  });

  it('finds a variable in the environment, not in the arguments', () => {
    const [plain] = parseCommands('  77 Sat Nov 21 04:00:01 2026 grep DEVYARD_RUN=a x\n');
    const [whole] = parseCommands('  77 Sat Nov 21 04:00:01 2026 grep DEVYARD_RUN=a x HOME=/h DEVYARD_RUN=b\n');
    expect(plain).toEqual({ pid: 77, startTime: 'Sat Nov 21 04:00:01 2026', command: 'grep DEVYARD_RUN=a x' });
    const holds = (value: string): boolean =>
      environmentHolds(whole?.command ?? '', plain?.command ?? '', 'DEVYARD_RUN', value);
    expect([holds('b'), holds('a'), holds('')]).toEqual([true, false, false]);
    expect(environmentHolds('other X=1', 'grep', 'X', '1')).toBe(false);
  });

  it('reads the boot time', () => {
    expect(parseBootTime('{ sec = 1795232345, usec = 123456 } Sat Nov 21 03:39:05 2026')).toBe('1795232345');
    expect(parseBootTime('')).toBeUndefined();
  });

  it('survives anything', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parsePs(text)).toEqual([]);
        expect(parseCommands(text)).toEqual([]);
      }),
    );
  });
});

describe('Win32_Process', () => {
  const parent = { p: 100, pp: 4, c: '639000000000000000', k: 15_000_000, u: 5_000_000, w: 4096 };

  it('reads rows, one alone too', () => {
    const child = { p: 200, pp: 100, c: '639000000000000001', k: null, u: null, w: null };
    expect(parseCimRows(JSON.stringify([{ ...parent, p: 0, c: null }, parent, child]))).toEqual([
      { pid: 100, ppid: 4, pgid: 0, startTime: parent.c, alive: true, cpuSeconds: 2, rssBytes: 4096 },
      { pid: 200, ppid: 100, pgid: 0, startTime: child.c, alive: true, cpuSeconds: 0, rssBytes: 0 },
    ]);
    expect(parseCimRows(JSON.stringify(parent))).toHaveLength(1);
    expect(parseCimRows(' \r\n')).toEqual([]);
  });

  it('does not take a process for the child of a younger one that got the pid of its parent', () => {
    const older = { ...parent, p: 200, pp: 100, c: '638999999999999999' };
    expect(parseCimRows(JSON.stringify([parent, older]))[1]?.ppid).toBe(0);
  });

  it('refuses what is no such list', () => {
    for (const text of ['{', '[1]', '[{"p":"x"}]', 'null']) expect(() => parseCimRows(text)).toThrow(/JSON|Invalid/);
  });
});

describe('splitWindowsCommandLine', () => {
  it('splits as CommandLineToArgvW does', () => {
    expect(
      splitWindowsCommandLine(String.raw`"C:\Program Files\node.exe" a\\b "c d\\" "e\"f" "" g"h i"j "k""l"`),
    ).toEqual([String.raw`C:\Program Files\node.exe`, String.raw`a\\b`, 'c d\\', 'e"f', '', 'gh ij', 'k"l']);
  });

  it('gives back what was quoted', () => {
    const quote = (arg: string): string => `"${arg.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/\\+$/, '$&$&')}"`;
    const arg = fc.string({ unit: fc.constantFrom('a', ' ', '\\', '"', '\t') });
    fc.assert(
      fc.property(fc.array(arg), (args) => {
        expect(splitWindowsCommandLine(args.map(quote).join(' '))).toEqual(args);
      }),
    );
  });
});
