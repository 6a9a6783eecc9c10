import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DevyardError } from '../../../../../src/managers/shared/errors.ts';
import { type GitUrl, parseBranch, parseGitUrl } from '../../../../../src/managers/shared/git/gitUrl.ts';

function attempt(text: string): GitUrl | DevyardError {
  try {
    return parseGitUrl(text, 'github_url');
  } catch (error) {
    if (error instanceof DevyardError) return error;
    throw error;
  }
}

function refusal(text: string): DevyardError {
  const result = attempt(text);
  if (!(result instanceof DevyardError)) throw new Error(`It was taken: ${text}`);
  expect(result).toMatchObject({ code: 'invalid', field: 'github_url' });
  expect(result.hint).toBeTruthy();
  return result;
}

describe('parseGitUrl', () => {
  it.each([
    ['https://github.com/owner/repo.git', 'github.com/owner/repo'],
    ['HTTPS://github.com/owner/repo', 'github.com/owner/repo', 'https://github.com/owner/repo'],
    ['  https://github.com/owner/repo/  ', 'github.com/owner/repo', 'https://github.com/owner/repo/'],
    ['https://someone@bitbucket.org/team/repo.git', 'bitbucket.org/team/repo'],
    ['https://git.example:8443/a%20b', 'git.example/a%20b'],
    ['https://[2001:db8::1]:8443/repo', '[2001:db8::1]/repo'],
    ['http://localhost:3000/repo', 'localhost/repo'],
    ['http://127.0.0.1/repo', '127.0.0.1/repo'],
    ['http://[::1]:80/repo', '[::1]/repo'],
    ['ssh://git@host.example:22/owner/repo.git', 'host.example/owner/repo'],
    ['ssh://host/~someone/repo', 'host/~someone/repo'],
    ['git@github.com:owner/repo.git', 'github.com/owner/repo'],
    ['work:owner/repo', 'work/owner/repo'],
    ['git@[::1]:repo', '[::1]/repo'],
    ['host:/srv/git/repo', 'host/srv/git/repo'],
    ['/srv/git/my repo', '/srv/git/my repo'],
    ['/srv/a::b', '/srv/a::b'],
    ['file:///srv/git/repo', '/srv/git/repo'],
  ])('takes %s', (text, label, url = text) => {
    expect(parseGitUrl(text)).toEqual({ url, label });
  });

  it.each([
    ['', /empty/],
    ['--upload-pack=touch /tmp/x', /begins with “-”/],
    ['  -c core.sshCommand=x', /begins with “-”/],
    ['ext::sh -c touch% /tmp/x', /transport helper/],
    ['EXT::sh', /transport helper/],
    ['fd::7', /transport helper/],
    ['::x', /transport helper/],
    ['git@host::path', /transport helper/],
    ['git://host/repo', /git:\/\//],
    ['ftp://host/repo', /ftp:\/\//],
    ['git+ssh://host/repo', /git\+ssh:\/\//],
    ['javascript://x/y', /does not clone/],
    ['http://example.com/repo', /this machine only/],
    ['http://localhost.example.com/repo', /this machine only/],
    ['http://127.0.0.1.example.com/repo', /this machine only/],
    ['http://127.0.0.1@example.com/repo', /this machine only/],
    ['../repo', /neither an address/],
    ['./a:b', /neither an address/],
    ['~/repo', /neither an address/],
    ['owner/repo', /neither an address/],
    ['repo', /neither an address/],
    [String.raw`C:\code\repo`, /Windows/],
    ['https://host/repo\n', /control character/],
    ['https://ho\0st/repo', /control character/],
    ['https://host/re\rpo', /control character/],
    ['https://host/x%0aprotocol=https', /encoded control/],
    ['ssh://host/%00', /encoded control/],
    ['ssh://-oProxyCommand=touch%20x/repo', /no valid host/],
    ['ssh://%2DoProxyCommand=x/repo', /no valid host/],
    ['ssh://git?%3a/repo', /no valid host/],
    ['ssh://git#x/repo', /no valid host/],
    ['ssh://-l@host/repo', /no valid host/],
    ['-oProxyCommand=x:repo', /begins with “-”/],
    ['git@-oProxyCommand=x:repo', /no valid host/],
    ['host:-x', /begins with “-”/],
    ['https:///repo', /no valid host/],
    ['https://host', /no repository/],
    ['https://host//', /no repository/],
    ['git@host:/', /no repository/],
    ['https://host:70000/repo', /port/],
    ['https://host/a b', /space/],
    [String.raw`https://host\@other/repo`, /backslash/],
    ['file://host/repo', /absolute path/],
    ['https:/host/repo', /two slashes/],
    ['file:repo', /two slashes/],
    [`https://host/${'a'.repeat(2048)}`, /longer/],
  ])('refuses %j', (text, why) => {
    expect(refusal(text).message).toMatch(why);
  });

  it('says https:// to who leaves it out', () => {
    expect(refusal('github.com/owner/repo').hint).toBe('Put https:// before it.');
  });

  it.each([
    'https://me:hunter2@host/repo',
    'https://me%3Ahunter2@host/repo',
    'https://:hunter2@host/repo',
    'https://me:hun@ter2@host/repo',
    'ssh://me:hunter2@host/repo',
    'me:hunter2@host:repo',
    'me:hunter2@host/repo',
    'http://me:hunter2@localhost/repo',
    'https://ghp_hunter2hunter2@github.com/o/r',
    'https://github_pat_hunter2@github.com/o/r',
    'https://glpat-hunter2@gitlab.com/o/r',
    'https://x-access-token:hunter2@github.com/o/r',
    'https://0123456789abcdef0123456789hunter2@host/r',
    'https://host/repo?private_token=hunter2',
    'https://host/repo#hunter2',
  ])('refuses the secret in %s and never repeats it', (text) => {
    const { message, hint } = refusal(text);
    expect(`${message} ${String(hint)}`).not.toContain('hunter2');
    expect(message).toMatch(/password or a token|secret/);
  });

  const piece = fc.constantFrom(
    ...['-', '--', ':', '::', '/', '//', '@', '.', '..', '%2d', '%0a', '%3a', '[', ']', '~', '?', '#', '\\', ' ', '\n'],
    ...[
      'https://',
      'http://',
      'ssh://',
      'git://',
      'file://',
      'ext::',
      'host',
      'git',
      'a.b',
      '22',
      'oProxy',
      'ghp_',
      '\0',
    ],
  );
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );

  it('takes nothing that Git could take for an option, a program or another transport', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const result = attempt(text);
        if (result instanceof DevyardError) return;
        const { url } = result;
        expect(url).not.toMatch(/^\s*-|^[\w+.-]*::|\p{Cc}/u);
        expect(url).toMatch(/^(https:\/\/|http:\/\/(localhost|127|\[::1\])|ssh:\/\/|file:\/\/\/|\/|[^-/][^/]*:)/);
        const host = /^(?:(?:https?|ssh):\/\/)?(?:[^@/:]*@)?([^/:]*)/.exec(url)?.[1];
        expect(host).not.toMatch(/^-|%/);
        expect(parseGitUrl(url)).toEqual(result);
      }),
      { numRuns: 3000 },
    );
  });

  const word = fc.stringMatching(/^[a-z0-9]{1,12}$/);
  const secret = fc.stringMatching(/^[A-Za-z0-9!$&*+,;=._~@:-]{1,30}$/).map((text) => `S3CRET${text}`);

  it('never lets a password through, in any form of URL', () => {
    const scheme = fc.constantFrom('https://', 'http://', 'ssh://', 'HTTPS://', '');
    const account = fc.tuple(fc.oneof(word, fc.constant('')), fc.constantFrom(':', '%3a', '%3A'), secret);
    fc.assert(
      fc.property(
        scheme,
        account,
        word,
        fc.constantFrom('/', ':'),
        word,
        (start, [user, colon, pass], host, cut, path) => {
          const result = attempt(`${start}${user}${colon}${pass}@${host}${cut}${path}`);
          expect(result).toBeInstanceOf(DevyardError);
          expect(JSON.stringify([(result as DevyardError).message, (result as DevyardError).hint])).not.toContain(
            'S3CRET',
          );
        },
      ),
    );
  });

  it('never shows a user name in the label', () => {
    fc.assert(
      fc.property(word, word, fc.constantFrom('https', 'ssh'), (user, path, scheme) => {
        expect(parseGitUrl(`${scheme}://${user}@host/${path}`).label).toBe(`host/${path}`);
        expect(parseGitUrl(`${user}@host:${path}`).label).toBe(`host/${path}`);
      }),
    );
  });
});

describe('parseBranch', () => {
  it.each(['main', 'v1.2', 'feature/ümlaut', 'release-1', 'a@b'])('takes %s', (text) => {
    expect(parseBranch(` ${text} `)).toBe(text);
  });

  it.each([
    '',
    '-b',
    '--upload-pack=x',
    'a..b',
    'a b',
    'a\nb',
    'a~1',
    'a^',
    'a:b',
    '/a',
    'a/',
    'a.lock',
    'a@{1}',
    'a*',
  ])('refuses %j', (text) => {
    expect(() => parseBranch(text)).toThrow(expect.objectContaining({ code: 'invalid', field: 'branch' }));
  });
});
