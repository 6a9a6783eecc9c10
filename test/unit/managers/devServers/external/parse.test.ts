import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../../../src/managers/devServers/external/address.ts';
import { parseDevinfo } from '../../../../../src/managers/devServers/external/parse.ts';
import { omniviewStateRoot } from '../../../../../src/managers/devServers/external/stateRoot.ts';

const context = { selfPid: 4242, system: 'linux' } as const;
const good = { pid: 77, protocol: 'grpc', protocolVersion: 1, addr: '127.0.0.1:5000' };
const parse = (value: unknown) => parseDevinfo(JSON.stringify(value), context);
const problemOf = (value: unknown): string => {
  const reading = parse(value);
  return reading.ok ? 'none' : reading.problem;
};

describe('a .devinfo', () => {
  it('tells all it has, without what is not known', () => {
    const full = { ...good, vitePort: 15_173, pluginId: 'demo', version: '1.2', startedAt: '2026-01-01T00:00:00Z' };
    expect(parse({ ...full, later: true })).toEqual({
      ok: true,
      info: full,
      address: { kind: 'tcp', hosts: ['127.0.0.1'], port: 5000 },
    });
  });

  it('takes the zero values of a Go program, and null, for absent', () => {
    expect(parse({ ...good, vitePort: 0, pluginId: '', version: null })).toMatchObject({ ok: true, info: good });
    expect(parse({ ...good, addr: '' })).toMatchObject({ problem: '“addr” is missing.' });
  });

  it.each([
    [{ ...good, pid: 1 }, '“pid” is 1, which no plugin can have.'],
    [{ ...good, pid: 0 }, '“pid” is 0, which no plugin can have.'],
    [{ ...good, pid: 4242 }, '“pid” is that of the Devyard daemon itself.'],
    [{ ...good, pid: -77 }, '“pid” must be a whole number from 0 to 4294967295.'],
    [{ ...good, pid: 2 ** 40 }, '“pid” must be a whole number from 0 to 4294967295.'],
    [{ ...good, pid: '77' }, '“pid” must be a whole number from 0 to 4294967295.'],
    [{ ...good, pid: undefined }, '“pid” is missing.'],
    [{ ...good, protocol: 7 }, '“protocol” must be a text.'],
    [{ ...good, protocolVersion: 1.5 }, '“protocolVersion” must be a whole number from 0 to 2147483648.'],
    [{ ...good, protocolVersion: -1 }, '“protocolVersion” must be a whole number from 0 to 2147483648.'],
    [{ ...good, vitePort: 65_536 }, '“vitePort” must be a whole number from 0 to 65535.'],
    [{ ...good, vitePort: -1 }, '“vitePort” must be a whole number from 0 to 65535.'],
    [{ ...good, pluginId: ['a'] }, '“pluginId” must be a text.'],
    [{ ...good, version: 'x'.repeat(1001) }, '“version” has more than 1000 characters.'],
    [{ ...good, addr: '10.0.0.1:80' }, '“addr” is not on the loopback interface (127.0.0.1, [::1] or localhost).'],
    [[good], 'It is not a JSON object.'],
    [null, 'It is not a JSON object.'],
  ])('%j: %s', (value, problem) => {
    expect(problemOf(value)).toBe(problem);
  });

  it('does not quote what is no JSON, and takes nothing from the prototype', () => {
    expect(parseDevinfo('{"pid": secret', context)).toEqual({ ok: false, problem: 'It is not valid JSON.' });
    expect(parseDevinfo('{"__proto__": {"pid": 77}}', context)).toEqual({ ok: false, problem: '“pid” is missing.' });
    expect(parseDevinfo(`\uFEFF${JSON.stringify(good)}`, context).ok).toBe(true);
  });

  it('never throws, and never lets in a pid or an address that is not fit', () => {
    const anyField = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant(null), fc.webUrl(), fc.ipV4());
    const anyFile = fc.record(
      { pid: anyField, protocol: anyField, protocolVersion: anyField, addr: anyField, vitePort: anyField },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      anyFile.map((file) => JSON.stringify(file)),
      anyFile.map((file) => JSON.stringify({ ...good, ...file })),
    );
    fc.assert(
      fc.property(text, (file) => {
        const reading = parseDevinfo(file, context);
        if (!reading.ok) {
          expect(reading.problem).toMatch(/\.$/);
          return;
        }
        const { info, address } = reading;
        const local =
          address.kind === 'unix' || address.hosts.every((host) => host.startsWith('127.') || host === '::1');
        expect([local, info.pid > 1, info.pid === context.selfPid]).toEqual([true, true, false]);
      }),
    );
  });

  it('reads every prefix of a file that is being written as unfit', () => {
    const text = JSON.stringify(good);
    fc.assert(
      fc.property(fc.nat(text.length - 1), (length) => {
        expect(parseDevinfo(text.slice(0, length), context).ok).toBe(false);
      }),
    );
  });
});

describe('an address', () => {
  it.each([
    ['127.0.0.1:80', ['127.0.0.1'], 80],
    ['127.8.9.1:65535', ['127.8.9.1'], 65_535],
    ['[::1]:1', ['::1'], 1],
    ['[0:0:0:0:0:0:0:1]:1', ['::1'], 1],
    ['LocalHost:8080', ['127.0.0.1', '::1'], 8080],
  ])('%s is ours', (text, hosts, port) => {
    expect(parseAddress(text, 'linux')).toEqual({ ok: true, address: { kind: 'tcp', hosts, port } });
  });

  it.each([
    '0.0.0.0:80',
    '192.168.1.1:80',
    '127.0.0.1.evil.org:80',
    'localhost.evil.org:80',
    'example.org:80',
    '127.1:80',
    '2130706433:80',
    '[::]:80',
    '[::2]:80',
    '[::10]:80',
    '[1::1]:80',
    '[::ffff:10.0.0.1]:80',
    ':80',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '127.0.0.1',
    '127.0.0.1:80/path',
    'http://127.0.0.1:80',
    'plugin.sock',
    '/run/a\0b',
    `/${'x'.repeat(103)}`,
    '',
  ])('%j is refused', (text) => {
    expect(parseAddress(text, 'linux')).toMatchObject({ ok: false });
  });

  it('is the path of a socket, except on Windows', () => {
    expect(parseAddress('/tmp/plugin1', 'darwin')).toEqual({
      ok: true,
      address: { kind: 'unix', path: '/tmp/plugin1' },
    });
    expect(parseAddress('/tmp/plugin1', 'win32').ok).toBe(false);
    expect(parseAddress(String.raw`\\.\pipe\x`, 'win32').ok).toBe(false);
  });
});

describe('the state root', () => {
  it('is what the variable says, when it says an absolute path', () => {
    expect(omniviewStateRoot({ OMNIVIEW_STATE_DIR: '/state' }, '/home/a')).toBe('/state');
    expect(omniviewStateRoot({ OMNIVIEW_STATE_DIR: 'state' }, '/home/a')).toBe('/home/a/.omniview');
    expect(omniviewStateRoot({ OMNIVIEW_STATE_DIR: '' }, '/home/a')).toBe('/home/a/.omniview');
    expect(omniviewStateRoot({}, '/home/a')).toBe('/home/a/.omniview');
  });
});
