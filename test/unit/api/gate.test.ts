import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostOfOrigin, isAllowedHost } from '../../../src/api/server/auth.ts';
import { createBearerCheck } from '../../../src/api/server/bearer.ts';
import { takeTicket } from '../../../src/api/server/gate/admission.ts';
import { CookieSigner, withoutOwnCookies } from '../../../src/api/server/gate/cookies.ts';
import { countOf, endToEnd, safeTrailers } from '../../../src/api/server/gate/headers.ts';
import { TicketBook } from '../../../src/api/server/gate/tickets.ts';

const id = '01890000-0000-7000-8000-000000000001';
const other = '01890000-0000-7000-8000-000000000002';
const host = '127.0.0.1:8010';

describe('cookies', () => {
  const signer = new CookieSigner(Buffer.alloc(32, 1));
  const jar = (id: string, host: string, now: number): string =>
    signer
      .issue(id, host, now)
      .map((cookie) => cookie.split(';', 1)[0])
      .join('; ');

  it('needs a key worth its name', () => {
    expect(() => new CookieSigner(Buffer.alloc(31))).toThrow(RangeError);
  });

  it('differ for servers made in the same minute, whose ids begin alike', () => {
    expect(jar(id, host, 0).split('=')[0]).not.toBe(jar(other, host, 0).split('=')[0]);
  });

  it('prove one server, one host and 30 days', () => {
    const cookie = jar(id, host, 1_000);
    const month = 30 * 86_400_000;
    expect(signer.check(cookie, id, host, 999 + month)).toBe('in');
    expect(signer.check(cookie, id, host, 1_000 + month)).toBe('none');
    expect(signer.check(cookie, id, 'localhost:8010', 1_000)).toBe('elsewhere');
    expect(signer.check(cookie, other, host, 1_000)).toBe('none');
    expect(new CookieSigner(Buffer.alloc(32, 2)).check(cookie, id, host, 1_000)).toBe('none');
    expect(signer.check(undefined, id, host, 0)).toBe('none');
  });

  it('cannot be made by changing one', () => {
    const [, value = ''] = /^[^=]+=([^;]+)/.exec(signer.issue(id, host, 0)[0]) ?? [];
    fc.assert(
      fc.property(
        fc.nat(value.length - 1),
        fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '.'),
        (at, character) => {
          const changed = value.slice(0, at) + character + value.slice(at + 1);
          fc.pre(changed !== value);
          expect(signer.check(`devyard-x=${changed}`, id, host, 0)).toBe('none');
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.string(), (noise) => {
        expect(signer.check(`devyard-x=${noise}`, id, host, 0)).toBe('none');
      }),
    );
  });

  it('are taken out and nothing else is', () => {
    expect(withoutOwnCookies('a=1; devyard-x=2; b=3')).toBe('a=1; b=3');
    expect(withoutOwnCookies('devyard-x=2;devyard-lax-y=3')).toBeUndefined();
    expect(withoutOwnCookies('notdevyard-x=1;  b="q;r"')).toBe('notdevyard-x=1;  b="q;r"');
    fc.assert(
      fc.property(fc.string(), (header) => {
        const kept = withoutOwnCookies(`${header}; ${jar(id, host, 0)}`);
        expect(kept ?? '').not.toMatch(/(^|;\s*)devyard-/);
      }),
    );
  });
});

describe('tickets', () => {
  const hosts = new Set([host]);
  it('work once, for one server, under their hosts, for a minute', () => {
    const book = new TicketBook();
    const { ticket, expiresAt } = book.mint(id, hosts, 1_000);
    expect(expiresAt).toBe(61_000);
    expect(book.redeem(ticket, other, host, 1_000)).toBe('none');
    expect(book.redeem(ticket, id, 'evil.example', 1_000)).toBe('wrong-host');
    expect(book.redeem(ticket, id, host, 60_999)).toBe('in');
    expect(book.redeem(ticket, id, host, 1_000)).toBe('none');
    const late = book.mint(id, hosts, 0).ticket;
    expect(book.redeem(late, id, host, 60_000)).toBe('none');
    const revoked = book.mint(id, hosts, 0).ticket;
    book.revoke(id);
    expect(book.redeem(revoked, id, host, 0)).toBe('none');
  });

  it('do not pile up', () => {
    const book = new TicketBook();
    const { ticket } = book.mint(id, hosts, 0);
    for (let i = 0; i < 999; i++) book.mint(other, hosts, 0);
    expect(book.redeem(ticket, id, host, 0)).toBe('in');
    const { ticket: pushedOut } = book.mint(id, hosts, 0);
    for (let i = 0; i < 1_000; i++) book.mint(other, hosts, 0);
    expect(book.redeem(pushedOut, id, host, 0)).toBe('none');
  });
});

describe('takeTicket', () => {
  it.each([
    ['/?folder=%2Fa&devyard-ticket=T', 'T', './?folder=%2Fa'],
    ['/?devyard-ticket=T', 'T', './'],
    ['/a/b%2Fc?x&devyard-ticket=T&y=%20', 'T', './b%2Fc?x&y=%20'],
    ['/a:b?devyard-ticket=T', 'T', './a:b'],
    ['//evil.example/x?devyard-ticket=T&devyard-ticket=U', 'T', './x'],
    ['/?my-devyard-ticket=T', undefined, './?my-devyard-ticket=T'],
    ['/devyard-ticket=T', undefined, ''],
  ])('%s', (url, ticket, location) => {
    expect(takeTicket(url)).toEqual({ ticket, location });
  });

  it('never leads away, and never keeps a ticket', () => {
    const url = fc.string({
      unit: fc.constantFrom('/', '\\', ':', '.', '?', '&', 'a', '%2F', 'devyard-ticket=T', '@', '//evil.example'),
    });
    fc.assert(
      fc.property(url, (text) => {
        const { location } = takeTicket(`/${text}?devyard-ticket=T`);
        expect(new URL(location, 'http://127.0.0.1:8010/proxy/8010/').host).toBe('127.0.0.1:8010');
        expect(location.split('?').slice(1).join('?').split('&')).not.toContainEqual(
          expect.stringMatching(/^devyard-ticket=/),
        );
      }),
    );
  });
});

describe('headers', () => {
  it('drops what belongs to the connection, but nothing a Connection header has no say in', () => {
    const raw = [
      'Connection',
      'close, X-A , Host',
      'connection',
      'x-b',
      'X-A',
      '1',
      'X-b',
      '2',
      'Host',
      'h',
      'TE',
      'x',
      'Upgrade',
      'u',
      'X-C',
      '3',
      'x-c',
      '4',
    ];
    expect(endToEnd(raw)).toEqual(['Host', 'h', 'X-C', '3', 'x-c', '4']);
    expect([countOf(raw, 'x-c'), countOf(raw, 'host'), countOf(raw, 'x-d')]).toEqual([2, 1, 0]);
    expect(safeTrailers(['X-Sum', '1', 'Content-Length', '2', 'Transfer-Encoding', 'x'])).toEqual([['X-Sum', '1']]);
  });

  it('keeps order, case and repetition of everything else', () => {
    const pair = fc.tuple(fc.stringMatching(/^X-[a-zA-Z]{1,8}$/), fc.string());
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        expect(endToEnd(pairs.flat())).toEqual(pairs.flat());
      }),
    );
  });
});

describe('hosts, origins and tokens', () => {
  it.each([
    ['127.0.0.1:5000', '127.0.0.1', 5000, true],
    ['localhost', '127.0.0.1', 5000, true],
    ['[::1]:1', '127.0.0.1', 5000, true],
    ['dev.example:5000', 'dev.example', 5000, true],
    ['dev.example:5001', 'dev.example', 5000, false],
    ['dev.example', 'dev.example', 80, true],
    ['192.168.1.4:5000', '0.0.0.0', 5000, true],
    ['192.168.1.4:5001', '0.0.0.0', 5000, false],
    ['[fe80::1]:5000', '::', 5000, true],
    ['rebound.example:5000', '0.0.0.0', 5000, false],
    ['localhost.evil:5000', '127.0.0.1', 5000, false],
    ['127.0.0.1@evil:5000', '127.0.0.1', 5000, false],
    ['', '127.0.0.1', 80, false],
  ])('Host %s at %s:%i → %s', (name, listened, port, allowed) => {
    expect(isAllowedHost(name, { host: listened, port })).toBe(allowed);
  });

  it.each([
    ['http://A.example:1', 'a.example:1'],
    ['https://a', 'a'],
    ['null', undefined],
    ['http://a/b', undefined],
    ['http://x@a', undefined],
    ['', undefined],
  ])('Origin %s → %s', (origin, expected) => {
    expect(hostOfOrigin(origin)).toBe(expected);
  });

  it('takes the token and no other', () => {
    const check = createBearerCheck('secret');
    expect(['Bearer secret', 'bearer  secret'].map(check)).toEqual([true, true]);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.constantFrom('secret', 'Bearer', 'Bearer ', 'Bearer secret2', 'Bearer secre', 'Basic secret'),
        ),
        (text) => {
          fc.pre(!/^bearer +secret *$/i.test(text));
          expect(check(text)).toBe(false);
        },
      ),
    );
    expect(check(undefined)).toBe(false);
  });
});
