import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serverProblems, type TestedServer } from '../../../../../src/api/contract/dokploy.ts';
import {
  addressProblem,
  isUnprotected,
  keyProblem,
  profileUrl,
  serverAddress,
} from '../../../../../src/views/dokploy/wizard/server/address.ts';
import { ServerKeys } from '../../../../../src/views/dokploy/wizard/server/keys.ts';
import { certificateQuestion, keyTrouble, outcomeOf } from '../../../../../src/views/dokploy/wizard/server/outcome.ts';
import { l10n } from '../../samples.ts';
import { offered, server } from '../samples.ts';

describe('the address of a server', () => {
  it('loses what was copied along from a browser', () => {
    expect(
      [
        'https://dokploy.example.com/dashboard/projects?x=1#y',
        ' http://10.0.0.5:3000/ ',
        'HTTPS://Dokploy.Example.com',
        'dokploy.example.com:3000',
        'https://me:secret@dokploy.example.com',
        'https://a b',
        'ftp://x',
        'https://',
      ].map(serverAddress),
    ).toEqual([
      'https://dokploy.example.com',
      'http://10.0.0.5:3000',
      'https://dokploy.example.com',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('has a problem exactly when there is no address in it, and is never thrown at', () => {
    const host = fc.constantFrom('dokploy.example.com', '10.0.0.5:3000', '[::1]', 'me:x@h', 'a b', '', 'h:99999');
    const address = fc
      .tuple(fc.constantFrom('https://', 'http://', 'HTTPS://', 'ftp://', ''), host, fc.string())
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), address), (text) => {
        expect(addressProblem(text, [], l10n) === undefined).toBe(serverAddress(text) !== undefined);
      }),
    );
  });

  it('is refused with words that name the fix', () => {
    expect(addressProblem('', [], l10n)).toMatch(/Enter the address/);
    expect(addressProblem('dokploy.example.com', [], l10n)).toMatch(/https:\/\/dokploy.example.com$/);
    expect(addressProblem('ssh://dokploy.example.com', [], l10n)).toBe('Use https:// or http://.');
    expect(addressProblem('https://me:secret@x', [], l10n)).toMatch(/user name and password/);
    expect(addressProblem('https://home.example.com/dashboard', [server('home')], l10n)).toMatch(/address of home/);
  });

  it('says where keys are made, and whether others can read one', () => {
    expect(profileUrl('https://home.example.com')).toBe('https://home.example.com/dashboard/settings/profile');
    expect(['http://10.0.0.5', 'http://127.0.0.1:3000', 'https://x'].map(isUnprotected)).toEqual([true, false, false]);
  });
});

describe('an API key', () => {
  it('is one word', () => {
    expect(keyProblem(' abc_DEF-123 ', l10n)).toBeUndefined();
    expect(['', 'a b', 'schlüssel', 'x'.repeat(1001)].map((key) => keyProblem(key, l10n) !== undefined)).toEqual(
      Array.from({ length: 4 }, () => true),
    );
  });
});

const tested = (problem: (typeof serverProblems)[number], hint?: string): TestedServer => ({
  ok: false,
  notes: [],
  server: server('home', {
    connection: {
      status: 'failing',
      since: 0,
      problem,
      reason: 'the reason',
      hint,
      ...(problem === 'certificate' ? { certificate: offered } : {}),
    },
  }),
});

describe('what a test of a server says', () => {
  it('tells every problem apart, each with a way out', () => {
    const outcomes = serverProblems.map((problem) => outcomeOf(tested(problem), l10n));
    expect(new Set(outcomes.map(({ text }) => text)).size).toBe(serverProblems.length);
    for (const { text, ways } of outcomes) {
      expect(text).toContain('home');
      expect(ways.length).toBeGreaterThan(0);
    }
  });

  it('offers first what helps most', () => {
    const first = Object.fromEntries(serverProblems.map((one) => [one, outcomeOf(tested(one), l10n).ways[0]]));
    expect(first).toEqual({
      unreachable: 'otherAddress',
      certificate: 'trust',
      'bad-key': 'otherKey',
      'revoked-key': 'otherKey',
      'rate-limited-key': 'otherKey',
      forbidden: 'testAgain',
      'not-dokploy': 'otherAddress',
      failing: 'testAgain',
    });
  });

  it('says beside the key only what is wrong with the key', () => {
    const about = serverProblems.filter((problem) => keyTrouble(tested(problem), l10n) !== undefined);
    expect(about).toEqual(['bad-key', 'revoked-key', 'rate-limited-key']);
  });

  it('says how to make a key without a limit', () => {
    const { text, ways } = outcomeOf(tested('rate-limited-key'), l10n);
    expect(text).toMatch(/Settings › Profile › API\/CLI Keys .* Enable Rate Limiting off/);
    expect(ways).toContain('openProfile');
  });

  it('keeps the reason and the hint of the daemon', () => {
    expect(outcomeOf(tested('unreachable', 'Start the VPN'), l10n).text).toMatch(/the reason\. Start the VPN\.$/);
    expect(outcomeOf(tested('unreachable'), l10n).text).toMatch(/firewall, proxy\.$/);
  });

  it('says version and notes when all is well', () => {
    const good = { ok: true, server: server('home'), notes: ['Machines cannot be listed.'] };
    expect(outcomeOf(good, l10n)).toEqual({
      text: 'home was reached (Dokploy 0.30.2), and accepts the API key. Machines cannot be listed.',
      ways: [],
    });
  });
});

describe('the question about a certificate', () => {
  const now = Date.parse('2026-06-01');

  it('shows subject, issuer, validity and fingerprint', () => {
    const { message, detail } = certificateQuestion(server('home'), offered, now, l10n);
    expect(message).toBe('Trust the certificate of home?');
    for (const part of [offered.subject, 'itself', offered.validFrom, offered.validTo, offered.fingerprint]) {
      expect(detail).toContain(part);
    }
    expect(detail).not.toContain('expired');
    expect(detail).not.toContain('before');
  });

  it('warns of one that has expired, and of one that took the place of another', () => {
    const later = Date.parse('2028-01-01');
    const { detail } = certificateQuestion(server('home', { certificate: 'EF:01' }), offered, later, l10n);
    expect(detail).toContain('It has expired.');
    expect(detail).toContain('Trusted before (SHA-256): EF:01');
    expect(detail).toContain('may stand between');
  });
});

describe('the keys that an editor keeps', () => {
  const home = { id: 's-home', name: 'home', url: 'https://home.example.com' };

  function editor(stored?: unknown) {
    const [kept, memory] = [new Map<string, string>(), new Map<string, unknown>()];
    if (stored !== undefined) memory.set('devyard.dokploy.servers', stored);
    const secrets = {
      get: (key: string) => Promise.resolve(kept.get(key)),
      store: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
      delete: (key: string) => Promise.resolve(void kept.delete(key)),
    };
    const memento = {
      get: (key: string) => memory.get(key),
      update: (key: string, value: unknown) => {
        if (value === undefined) memory.delete(key);
        else memory.set(key, value);
        return Promise.resolve();
      },
    };
    return { kept, memory, keys: new ServerKeys(secrets as never, memento as never) };
  }

  it('are in the secret store alone, under the id of the server, until it is removed', async () => {
    const { keys, kept, memory } = editor();
    await keys.keep(home, 'key-1');
    await keys.keep({ ...home, name: 'house' }, undefined);
    expect([...kept.keys()]).toEqual(['devyard.dokploy.apiKey.s-home']);
    expect(await keys.keyOf('s-home')).toBe('key-1');
    expect(JSON.stringify([...memory])).not.toContain('key-1');
    await keys.forget('s-home');
    expect([kept.size, memory.size]).toEqual([0, 0]);
  });

  it('are offered for servers that the daemon lost, by id and by address', async () => {
    const { keys } = editor();
    await keys.keep(home, 'key-1');
    expect(keys.lost([])).toEqual([home]);
    expect(keys.lost([server('home')])).toEqual([]);
    expect(keys.lost([{ id: 'other', url: 'https://home.example.com' }])).toEqual([]);
  });

  it('outlast a memory that somebody else wrote', () => {
    expect(editor('nonsense').keys.lost([])).toEqual([]);
    expect(editor([null, 1, { id: 'x' }, home]).keys.lost([])).toEqual([home]);
  });
});
