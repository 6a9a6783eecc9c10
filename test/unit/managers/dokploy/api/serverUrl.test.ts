import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseServerUrl } from '../../../../../src/managers/dokploy/api/serverUrl.ts';
import { DevyardError } from '../../../../../src/managers/shared/errors.ts';

function attempt(text: string): string | DevyardError {
  try {
    return parseServerUrl(text);
  } catch (error) {
    if (error instanceof DevyardError) return error;
    throw error;
  }
}

describe('parseServerUrl', () => {
  it.each([
    ['https://dokploy.example.com', 'https://dokploy.example.com'],
    ['  HTTPS://Dokploy.Example.com:443/  ', 'https://dokploy.example.com'],
    ['http://192.0.2.7:3000', 'http://192.0.2.7:3000'],
    ['http://192.0.2.7:80/', 'http://192.0.2.7'],
    ['https://dokploy.example.com/api', 'https://dokploy.example.com'],
    ['https://dokploy.example.com/dashboard/projects?tab=1#x', 'https://dokploy.example.com'],
    ['https://dokploy.example.com/dashboard/project/a/environment/b', 'https://dokploy.example.com'],
    ['dokploy.example.com', 'https://dokploy.example.com'],
    ['dokploy.example.com:8443/dashboard', 'https://dokploy.example.com:8443'],
    ['localhost:3000', 'http://localhost:3000'],
    ['127.0.0.1:3000/api/', 'http://127.0.0.1:3000'],
    ['[::1]:3000', 'http://[::1]:3000'],
    ['::1', 'http://[::1]'],
    ['2001:db8::7', 'https://[2001:db8::7]'],
    ['http://[2001:DB8:0::7]:3000', 'http://[2001:db8::7]:3000'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['bücher.example', 'https://xn--bcher-kva.example'],
  ])('takes %s', (text, url) => {
    expect(parseServerUrl(text)).toBe(url);
  });

  it.each([
    ['', /empty/],
    ['   ', /empty/],
    ['https://', /no valid host/],
    ['https:///dashboard', /no valid host/],
    ['https:dokploy.example.com', /no valid host/],
    ['ftp://dokploy.example.com', /no http:\/\/ or https/],
    ['javascript://x/', /no http/],
    ['https://user:hunter2@dokploy.example.com', /user name or a password/],
    ['hunter2@dokploy.example.com', /user name or a password/],
    ['https://dokploy.example.com/grafana', /has a path/],
    ['https://dokploy.example.com/apiary', /has a path/],
    ['https://dokploy example.com', /blank/],
    ['https://dokploy.example.com\\@evil.example', /backslash/],
    ['https://dok\nploy.example.com', /control character/],
    ['https://dokploy.example.com:0', /port 0/],
    ['https://dokploy.example.com:99999', /host name or port/],
    ['https://[::1', /host name or port/],
    ['https://300.1.2.3', /host name or port/],
    [`https://${'a'.repeat(3000)}.example`, /longer/],
  ])('refuses %s', (text, message) => {
    const refusal = attempt(text);
    expect(refusal).toMatchObject({ code: 'invalid', field: 'url', hint: expect.any(String) });
    expect((refusal as DevyardError).message).toMatch(message);
    expect(`${(refusal as DevyardError).message} ${String((refusal as DevyardError).hint)}`).not.toContain('hunter2');
  });

  it('gives an origin that it takes again as it is, or an error with a field', () => {
    const parts = fc.tuple(
      fc.constantFrom('', 'http://', 'https://', 'HTTP://', 'ftp://', '//', ':'),
      fc.oneof(
        fc.domain(),
        fc.ipV4(),
        fc.ipV6().map((address) => `[${address}]`),
        fc.string(),
      ),
      fc.oneof(
        fc.constant(''),
        fc.integer({ min: 0, max: 70_000 }).map((port) => `:${String(port)}`),
      ),
      fc.oneof(fc.constantFrom('', '/', '/api', '/dashboard/x', '/api?x#y'), fc.webPath(), fc.string()),
    );
    fc.assert(
      fc.property(parts, (all) => {
        const result = attempt(all.join(''));
        if (result instanceof DevyardError) {
          expect(result).toMatchObject({ code: 'invalid', field: 'url' });
          return;
        }
        expect(result).toBe(new URL(result).origin);
        expect(result).toMatch(/^https?:\/\/[\x21-\x7e]+$/);
        expect(result).not.toContain('@');
        expect(parseServerUrl(result)).toBe(result);
      }),
    );
  });
});
