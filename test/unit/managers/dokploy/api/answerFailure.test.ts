import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerFailure, retryAfterOf } from '../../../../../src/managers/dokploy/api/answerFailure.ts';
import type { DokployFailure } from '../../../../../src/managers/dokploy/api/failure.ts';

const apiKey = 'ABykxsVYyvzUMooKqRZ';
const now = Date.UTC(2026, 10, 21, 12);

function failureFor(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
  secrets: readonly string[] = [],
): DokployFailure {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return answerFailure(
    { status, headers, text },
    { call: 'application.create', host: 'dokploy.example', isReading: false, secrets: [apiKey, ...secrets], now },
  );
}

/** As Dokploy 0.30.2 answers. */
const rpc = (code: string, message: string, path: string | undefined = 'application.create', issues?: unknown) => ({
  message,
  code,
  data: { code, httpStatus: 400, ...(path === undefined ? {} : { path }) },
  ...(issues === undefined ? {} : { issues }),
});
const page = '<!DOCTYPE html><html><body>Sign in</body></html>';

describe('answerFailure', () => {
  it.each([
    [
      'a key that is not taken',
      401,
      { message: 'Unauthorized' },
      'unauthorized',
      'server-refused',
      /did not take the API key/,
    ],
    [
      'a denial',
      401,
      rpc('UNAUTHORIZED', 'You are not authorized to access this server'),
      'forbidden',
      'server-refused',
      /not authorized to access this server/,
    ],
    ['another denial', 403, rpc('FORBIDDEN', 'No'), 'forbidden', 'server-refused', /does not allow it: No/],
    [
      'a thing that is gone',
      404,
      rpc('NOT_FOUND', 'Application not found'),
      'not-found',
      'not-found',
      /Application not found/,
    ],
    ['a conflict', 409, rpc('CONFLICT', 'There is one'), 'conflict', 'conflict', /in the way: There is one/],
    ['no JSON', 400, 'Invalid JSON', 'invalid', 'invalid', /does not accept/],
    [
      'another type',
      415,
      rpc('UNSUPPORTED_MEDIA_TYPE', 'Unsupported content-type "text/plain'),
      'invalid',
      'invalid',
      /content-type/,
    ],
    [
      'a fault of its own',
      500,
      rpc('INTERNAL_SERVER_ERROR', 'Command execution failed: service x not found\n'),
      'server-error',
      'unavailable',
      /failed with 500: Command execution failed: service x not found \(/,
    ],
    [
      'a proxy without Dokploy behind it',
      502,
      '<html>Bad Gateway</html>',
      'server-error',
      'unavailable',
      /failed with 502 \(/,
    ],
    [
      'no container',
      500,
      rpc('INTERNAL_SERVER_ERROR', 'No container or service found for: x'),
      'not-found',
      'not-found',
      /no container/,
    ],
    ['a page', 404, page, 'not-dokploy', 'unavailable', /answered 404, but not as/],
    ['a page that wants a login', 401, page, 'not-dokploy', 'unavailable', /answered 401/],
    [
      'a page of a web server',
      400,
      '<html>The plain HTTP request was sent to HTTPS port</html>',
      'not-dokploy',
      'unavailable',
      /answered 400/,
    ],
    ['another API', 404, { error: 'nothing' }, 'not-dokploy', 'unavailable', /not as Dokploy/],
  ] as const)('tells %s', (_what, status, body, kind, code, message) => {
    const failure = failureFor(status, body);
    expect(failure).toMatchObject({ kind, code, status, call: 'application.create', host: 'dokploy.example' });
    expect(failure.message).toMatch(message);
    expect(failure.message).toContain('application.create');
    expect(failure.message).toContain('dokploy.example');
  });

  it('does not take an unknown procedure for a thing that is gone', () => {
    const unknown = { message: 'Not found', code: 'NOT_FOUND', data: { code: 'NOT_FOUND', httpStatus: 404 } };
    expect(failureFor(404, unknown)).toMatchObject({ kind: 'unknown-call', hint: expect.stringContaining('0.30') });
    const missing = { message: 'Application not found', code: 'NOT_FOUND' };
    expect(failureFor(404, missing)).toMatchObject({ kind: 'not-found', code: 'not-found' });
  });

  it('names the fields that are wrong, and why', () => {
    const issues = [
      { code: 'invalid_type', path: ['environmentId'], message: 'Invalid input: expected string' },
      { code: 'invalid_type', path: ['a', 0, 'b'], message: 'Other' },
    ];
    const failure = failureFor(400, rpc('BAD_REQUEST', 'Input validation failed', 'application.create', issues));
    expect(failure).toMatchObject({ kind: 'invalid', code: 'invalid' });
    expect(failure.message).toContain('in “environmentId”, “a.0.b”: Invalid input: expected string');
  });

  it('tells where it was redirected, without what may be secret', () => {
    expect(failureFor(307, '', { location: '/login?token=abc' }).message).toContain('redirected to its page /login (');
    expect(failureFor(301, '', { location: 'https://u:p@other.example/x?token=abc' }).message).toContain(
      'redirected to https://other.example (',
    );
    expect(failureFor(302, '', {})).toMatchObject({ kind: 'not-dokploy' });
  });

  it('tells how long to wait', () => {
    expect(failureFor(429, { message: 'Slow down' }, { 'retry-after': '7' })).toMatchObject({
      kind: 'rate-limited',
      retryAfterMs: 7000,
    });
    expect(failureFor(429, page, {})).toMatchObject({ kind: 'rate-limited', retryAfterMs: undefined });
  });

  it('repeats no secret, and not more than it has to', () => {
    const said = `docker login -u me -p ${apiKey}secret-password failed ${'x'.repeat(5000)}\u0000\n`;
    const { message } = failureFor(500, rpc('INTERNAL_SERVER_ERROR', said), {}, ['secret-password']);
    expect(message).not.toMatch(/ABykxs|secret-password/);
    expect(message).toContain('docker login -u me -p …… failed');
    expect(message.length).toBeLessThan(700);
  });

  it('makes a failure of anything', () => {
    const bodies = fc.oneof(fc.string(), fc.json());
    const statuses = fc.integer({ min: 300, max: 599 });
    fc.assert(
      fc.property(
        statuses,
        bodies,
        fc.dictionary(fc.constantFrom('location', 'retry-after'), fc.string()),
        (...given) => {
          const [status, body, headers] = given;
          const failure = failureFor(status, body, headers);
          expect(failure.message).toContain('(application.create)');
          expect(failure.message).not.toContain(apiKey);
          expect(failure.message).not.toMatch(/\p{Cc}/u);
        },
      ),
    );
  });
});

describe('retryAfterOf', () => {
  it('reads seconds and dates', () => {
    expect(retryAfterOf('120', now)).toBe(120_000);
    expect(retryAfterOf('Sat, 21 Nov 2026 12:00:30 GMT', now)).toBe(30_000);
    expect(retryAfterOf('Sat, 21 Nov 2026 11:00:00 GMT', now)).toBe(0);
    for (const text of [undefined, '', 'soon', '-5x']) expect(retryAfterOf(text, now)).toBeUndefined();
  });
});
