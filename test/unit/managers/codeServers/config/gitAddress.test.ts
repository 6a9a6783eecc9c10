import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { gitAddress } from '../../../../../src/managers/codeServers/config/gitAddress.ts';
import { parseGitUrl } from '../../../../../src/managers/shared/git/gitUrl.ts';

const pattern = new RegExp(String((z.toJSONSchema(gitAddress) as { pattern?: string }).pattern));

describe('the repository of a template', () => {
  it.each([
    '',
    'https://github.com/owner/repo',
    'HTTPS://github.com/owner/repo',
    'http://localhost:3000/repo',
    'ssh://git@host.example:22/owner/repo.git',
    'git@github.com:owner/repo.git',
    'git@[::1]:repo',
    '/srv/git/my repo',
    'file:///srv/git/repo',
  ])('may be “%s”, for the daemon and for editors', (url) => {
    expect(gitAddress.safeParse(url).success).toBe(true);
    expect(url).toMatch(pattern);
  });

  it.each([
    ['ftp://host/repo', 'does not clone from ftp://'],
    ['owner/repo', 'neither an address nor an absolute path'],
    ['ext::sh -c true', 'transport helper'],
    ['https://me:pass@host/repo', 'password or a token'],
    ['--upload-pack=x', 'begins with “-”'],
  ])('must not be “%s”: %s', (url, words) => {
    const [issue] = gitAddress.safeParse(url).error?.issues ?? [];
    expect(issue?.message).toContain(words);
    expect(issue?.message).toMatch(/\. \S.*\.$/);
  });

  it.each(['ftp://host/repo', 'owner/repo', './repo', 'https:', 'https://'])('editors mark “%s”', (url) => {
    expect(url).not.toMatch(pattern);
  });

  it('is never marked in an editor when the daemon takes it', () => {
    const part = fc.oneof(
      fc.constantFrom('https', 'ssh', '://', ':', '/', '@', ' ', 'git', 'host.example', '[::1]', '-', '.'),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
        (url) => {
          try {
            parseGitUrl(url);
          } catch {
            return;
          }
          expect(url).toMatch(pattern);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
