import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Editor, remoteWay, remoteWindow } from '../../../../../src/views/dokploy/connect/remoteWay.ts';
import { includeLine, includesFile, portableEntry } from '../../../../../src/views/dokploy/connect/sshConfigText.ts';
import { l10n } from '../../samples.ts';

const editor = (more: Partial<Editor>, ...extensions: readonly string[]): Editor => ({
  remoteName: undefined,
  isWeb: false,
  uriScheme: 'vscode',
  hasExtension: (id) => extensions.includes(id),
  ...more,
});

describe('the way to a window in a workspace', () => {
  it('is open where the window is local and some Remote-SSH is there', () => {
    for (const id of ['ms-vscode-remote.remote-ssh', 'jeanp413.open-remote-ssh', 'anysphere.remote-ssh']) {
      expect(remoteWay(editor({}, id))).toEqual({ kind: 'open' });
    }
  });

  it('begins with the extension that the editor can run', () => {
    const needed = (uriScheme: string): unknown => remoteWay(editor({ uriScheme }));
    expect(needed('vscode')).toEqual({ kind: 'install', extensionId: 'ms-vscode-remote.remote-ssh' });
    expect(needed('vscodium')).toEqual({ kind: 'install', extensionId: 'jeanp413.open-remote-ssh' });
    expect(needed('cursor')).toEqual({ kind: 'install', extensionId: 'anysphere.remote-ssh' });
    expect(needed('code-oss')).toEqual({ kind: 'install', extensionId: 'jeanp413.open-remote-ssh' });
  });

  it('is barred where the entry would be written on the wrong machine', () => {
    const there = 'ms-vscode-remote.remote-ssh';
    expect(remoteWay(editor({ remoteName: 'ssh-remote' }, there))).toEqual({ kind: 'elsewhere', because: 'remote' });
    expect(remoteWay(editor({ remoteName: 'wsl' }, there))).toEqual({ kind: 'elsewhere', because: 'remote' });
    expect(remoteWay(editor({ isWeb: true }, there))).toEqual({ kind: 'elsewhere', because: 'browser' });
  });

  it('leads to the folder of the repository where there is one', () => {
    expect(remoteWindow('devyard-api', '/home/dev/api')).toEqual({
      authority: 'ssh-remote+devyard-api',
      folder: '/home/dev/api',
    });
    expect(remoteWindow('devyard-api', undefined).folder).toBeUndefined();
    expect(remoteWindow('devyard-api', 'api').folder).toBeUndefined();
  });
});

/** As the daemon writes it. */
const config = `# Written by Devyard.

# api on home
Host devyard-api
  HostName home.example.com
  Port 2222
  User dev
  IdentityFile "/home/me/with blank/key"
  IdentitiesOnly yes
  HostKeyAlias devyard-api
  UserKnownHostsFile /home/me/known_hosts
  StrictHostKeyChecking yes
  CheckHostIP no
  ForwardAgent no

# web on home
Host devyard-api-2
  HostName other.example.com
  Port 2223
`;
const about = { alias: 'devyard-api', name: 'api', hostKey: 'SHA256:abc', machine: 'tower' };

describe('an entry for another machine', () => {
  it('says where the key is, where it goes and what to compare', () => {
    const text = portableEntry(config, about, l10n) ?? '';
    expect(text).toContain('# api, a workspace of Devyard on tower.');
    expect(text).toContain('/home/me/with blank/key');
    expect(text).toContain('chmod 600 ~/.ssh/devyard-api');
    expect(text).toContain('SHA256:abc');
    expect(text).toContain('  IdentityFile ~/.ssh/devyard-api\n');
    for (const own of ['known_hosts', 'StrictHostKeyChecking', 'HostKeyAlias', 'other.example.com', 'web on home']) {
      expect(text).not.toContain(own);
    }
  });

  it('is none for a host that is not there', () => {
    expect(portableEntry(config, { ...about, alias: 'devyard' }, l10n)).toBeUndefined();
    expect(portableEntry('', about, l10n)).toBeUndefined();
  });
});

const hasSsh = (() => {
  try {
    execFileSync('ssh', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasSsh)('what OpenSSH makes of it (skipped: there is no ssh)', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'devyard test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const resolved = (file: string, host: string): ReadonlyMap<string, string> => {
    const text = execFileSync('ssh', ['-T', '-F', file, '-G', host], { encoding: 'utf8' });
    return new Map(text.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1).join(' ')]));
  };

  it('is the host, port, user and key of the entry', () => {
    const file = join(folder, 'portable');
    writeFileSync(file, portableEntry(config, about, l10n) ?? '', { mode: 0o600 });
    const host = resolved(file, 'devyard-api');
    expect([host.get('hostname'), host.get('port'), host.get('user')]).toEqual(['home.example.com', '2222', 'dev']);
    expect(host.get('identityfile')).toBe('~/.ssh/devyard-api');
  });

  it('agrees with us about what is included for every host', () => {
    const included = join(folder, 'devyard config');
    writeFileSync(included, config, { mode: 0o600 });
    const line = includeLine(included);
    const configs = [
      `${line}\nHost x\n  Port 1\n`,
      `# a comment\n  include = "${included}"\n`,
      `Include /nowhere "${included}"\n`,
      `Host x\n  ${line}\n`,
      `Match host x\n${line}\n`,
      `#${line}\n`,
      '',
    ];
    for (const [index, text] of configs.entries()) {
      const file = join(folder, `config${String(index)}`);
      writeFileSync(file, text, { mode: 0o600 });
      const isRead = resolved(file, 'devyard-api').get('hostname') === 'home.example.com';
      expect([text, includesFile(text, included, '/home/me')]).toEqual([text, isRead]);
    }
  });
});

describe('an Include line', () => {
  it('is found with ~, quotes and the slashes of Windows', () => {
    expect(includesFile('Include ~/.devyard/config', '/home/me/.devyard/config', '/home/me')).toBe(true);
    expect(includesFile('Include "C:/Users/me/a b"', 'C:\\Users\\me\\a b', 'C:\\Users\\me')).toBe(true);
    expect(includeLine('C:\\Users\\me\\a b')).toBe('Include "C:/Users/me/a b"');
    expect(includeLine('/home/me/config')).toBe('Include /home/me/config');
  });
});
