import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../../../src/managers/devServers/process/backoff.ts';
import { expandKnownPorts, expandPorts } from '../../../../../src/managers/devServers/process/placeholders.ts';
import { saysPortTaken } from '../../../../../src/managers/devServers/process/portConflict.ts';
import { pageUrl, probeTargets, shownUrl } from '../../../../../src/managers/devServers/process/probeTargets.ts';

const ports = { own: 15_173, of: (name: string) => (name === 'api' ? 4711 : null) };
const none = { own: null, of: () => null };

describe('backoffMs', () => {
  it('doubles up to the most', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((restart) => backoffMs(restart, [1000, 10_000], () => 0));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('takes at most a quarter off, whatever the number', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), random, (restart, chance) => {
        const whole = backoffMs(restart, [100, 30_000], () => 0);
        const wait = backoffMs(restart, [100, 30_000], () => chance);
        expect(wait).toBeLessThanOrEqual(whole);
        expect(wait).toBeGreaterThanOrEqual(Math.floor(whole * 0.75));
      }),
    );
  });
});

describe('placeholders', () => {
  it('become ports', () => {
    expect(expandPorts('a${port}b${port:api}${other}', ports, 'f')).toBe('a15173b4711${other}');
  });

  it.each(['${port:unknown}', '${port:}'])('that lead nowhere are refused, naming the field: %s', (text) => {
    expect(() => expandPorts(text, ports, 'processes.ui.env.X')).toThrow(/processes\.ui\.env\.X uses/);
  });

  it('ask for a port where there is none', () => {
    expect(() => expandPorts('${port}', none, 'f')).toThrow('has no port');
  });

  it('that mean something else are left alone in what comes from elsewhere', () => {
    const env = { A: '${port}', B: '${port:unknown}', C: '$port', D: '${port:api}' };
    expect(expandKnownPorts(env, ports)).toEqual({ A: '15173', B: '${port:unknown}', C: '$port', D: '4711' });
    expect(expandKnownPorts(env, none)).toEqual(env);
  });
});

describe('saysPortTaken', () => {
  it.each([
    'Error: listen EADDRINUSE: address already in use 127.0.0.1:15173',
    'Error: Port 15173 is already in use',
    'Port 15173 is in use, trying another one...',
    'Something is already running on port 15173.',
    'listen tcp 127.0.0.1:15173: bind: address already in use',
    'OSError: [Errno 98] Address already in use',
    'error: Address already in use (os error 98)',
    'listen tcp :15173: bind: Only one usage of each socket address (protocol/network address/port) is permitted.',
    '[12:30:45] Error: listen EADDRINUSE: address already in use :::15173',
  ])('knows %s', (line) => {
    expect(saysPortTaken(['starting', line, '    at Server.listen (node:net:1463:16)'], 15_173)).toBe(true);
  });

  it.each([
    [['Local: http://127.0.0.1:15173/']],
    [['Error: listen EADDRINUSE: address already in use 127.0.0.1:9229']],
    [['Port 24678 is in use', 'Local: http://127.0.0.1:15173/']],
    [['Error: bad', "  code: 'EADDRINUSE',", '  errno: -98,', '  port: 24678']],
    [['please report 15173 bugs']],
    [[]],
  ])('is not misled by %j', (lines) => {
    expect(saysPortTaken(lines, 15_173)).toBe(false);
  });

  it('takes the port from what Node.js prints after an error', () => {
    expect(saysPortTaken(["  code: 'EADDRINUSE',", '  port: 15173'], 15_173)).toBe(true);
  });
});

describe('probeTargets', () => {
  it('know their ports', () => {
    const [http, tcp, other, log] = probeTargets(
      [
        { type: 'http', target: '/a?b' },
        { type: 'tcp', port: null },
        { type: 'tcp', port: 5432 },
        { type: 'log', pattern: 'on (${port}|x)$' },
      ],
      ports,
      'ui',
    );
    expect(http?.type === 'http' && http.url.href).toBe('http://127.0.0.1:15173/a?b');
    expect([tcp, other]).toMatchObject([{ port: 15_173 }, { port: 5432 }]);
    expect(log?.type === 'log' && log.pattern.source).toBe('on (15173|x)$');
  });

  it.each(['http://example.com/', 'http://127.0.0.1.example.com/', 'http://127.0.0.1@example.com/'])(
    'never ask another machine: %s',
    (target) => {
      expect(() => probeTargets([{ type: 'http', target }], ports, 'ui')).toThrow('does not ask this machine');
    },
  );

  it('take whatever else for a path of the own port', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^https?:\/\//i.test(text) && !text.includes('${port'));
        const [target] = probeTargets([{ type: 'http', target: text }], ports, 'ui');
        expect(target?.type === 'http' && target.url.host).toBe('127.0.0.1:15173');
      }),
    );
    const [target] = probeTargets([{ type: 'http', target: '//example.com/' }], ports, 'ui');
    expect(target?.type === 'http' && target.url.href).toBe('http://127.0.0.1:15173//example.com/');
  });

  it.each([{ type: 'http', target: '/' } as const, { type: 'tcp', port: null } as const])(
    'want a port that there is: %j',
    (probe) => {
      expect(() => probeTargets([probe], none, 'ui')).toThrow('processes.ui.ready asks the port');
    },
  );

  it('say what is no regular expression', () => {
    expect(() => probeTargets([{ type: 'log', pattern: '(' }], ports, 'ui')).toThrow('no regular expression');
  });

  it('tell the address of the page', () => {
    const at = (target: string) => pageUrl(15_173, probeTargets([{ type: 'http', target }], ports, 'ui'));
    expect(at('/healthz')).toBe('http://127.0.0.1:15173/');
    expect(at('https://localhost:${port}/x')).toBe('https://localhost:15173/');
    expect(at('http://127.0.0.1:9000/')).toBe('http://127.0.0.1:15173/');
    expect(pageUrl(null, [])).toBeNull();
    expect(shownUrl(new URL('http://127.0.0.1:1/a?token=b#c'))).toBe('http://127.0.0.1:1/a');
  });
});
