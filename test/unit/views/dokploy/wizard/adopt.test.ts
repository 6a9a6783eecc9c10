import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { privateKeyProblem } from '../../../../../src/views/dokploy/wizard/adopt/privateKey.ts';
import { l10n } from '../../samples.ts';

const hasKeygen = (() => {
  try {
    execFileSync('ssh-keygen', ['-?'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // It refuses the option, but it is there.
    return (error as { readonly code?: unknown }).code !== 'ENOENT';
  }
})();

describe.skipIf(!hasKeygen)('keys of ssh-keygen (skipped: there is none)', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'devyard-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const made = (name: string, ...options: readonly string[]): string => {
    const file = join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-f', file, '-C', 'test', ...options]);
    return readFileSync(file, 'utf8');
  };

  it('are taken without a passphrase only', () => {
    expect(privateKeyProblem(made('plain', '-t', 'ed25519', '-N', ''), l10n)).toBeUndefined();
    expect(privateKeyProblem(made('locked', '-t', 'ed25519', '-N', 'a secret'), l10n)).toMatch(/passphrase/);
    expect(privateKeyProblem(made('pem', '-t', 'ecdsa', '-m', 'PEM', '-N', ''), l10n)).toBeUndefined();
    expect(privateKeyProblem(made('locked-pem', '-t', 'ecdsa', '-m', 'PEM', '-N', 'a secret'), l10n)).toMatch(
      /passphrase/,
    );
  });

  it('are told from their public halves', () => {
    made('pair', '-t', 'ed25519', '-N', '');
    expect(privateKeyProblem(readFileSync(join(folder, 'pair.pub'), 'utf8'), l10n)).toMatch(/without \.pub/);
  });
});

describe('keys in PEM', () => {
  const pair = (passphrase?: string): string =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }),
    }) as string;

  it('are taken without a passphrase only', () => {
    expect(privateKeyProblem(pair(), l10n)).toBeUndefined();
    expect(privateKeyProblem(pair('a secret'), l10n)).toMatch(/passphrase/);
  });

  it('are told from whatever else a file may hold', () => {
    expect(privateKeyProblem(' \n', l10n)).toMatch(/empty/);
    expect(privateKeyProblem('PuTTY-User-Key-File-3: ssh-ed25519', l10n)).toMatch(/puttygen/);
    expect(privateKeyProblem('hello', l10n)).toMatch(/not a private key/);
    expect(privateKeyProblem('x'.repeat(20_001), l10n)).toMatch(/too large/);
    const torn = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r\n-----END OPENSSH PRIVATE KEY-----';
    expect(privateKeyProblem(torn, l10n)).toMatch(/damaged/);
  });
});
