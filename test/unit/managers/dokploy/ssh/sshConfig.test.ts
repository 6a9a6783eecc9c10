import { chmod, mkdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addInclude,
  isIncluded,
  removeInclude,
  type SshInclude,
} from '../../../../../src/managers/dokploy/ssh/include.ts';
import { renderSshConfig, type SshConfigEntry } from '../../../../../src/managers/dokploy/ssh/sshConfig.ts';
import { type Temporary, temporaryFolder } from '../../../../support/temporary.ts';

const entry: SshConfigEntry = {
  alias: 'devyard-api',
  title: 'api on Dokploy',
  endpoint: { host: '10.0.0.7', port: 2222 },
  user: 'dev',
  identityFile: '/home/me/keys/api',
  forwardAgent: false,
};

describe('the ssh config', () => {
  it('is the same text for the same workspaces, in whatever order they come', () => {
    const other = { ...entry, alias: 'devyard-aaa' };
    const text = renderSshConfig([entry, other], '/home/me/known_hosts');
    expect(text).toBe(renderSshConfig([other, entry], '/home/me/known_hosts'));
    expect(text).toContain(`# api on Dokploy
Host devyard-api
  HostName 10.0.0.7
  Port 2222
  User dev
  IdentityFile /home/me/keys/api
`);
    expect(renderSshConfig([], '/x')).toMatch(/^(?:#.*\n)+$/);
  });

  it.each([
    ['alias', { alias: 'a b' }],
    ['alias', { alias: '*' }],
    ['alias', { alias: 'Upper' }],
    ['host', { endpoint: { host: 'a\nProxyCommand evil', port: 22 } }],
    ['host', { endpoint: { host: '-oProxyCommand=evil', port: 22 } }],
    ['host', { endpoint: { host: '', port: 22 } }],
    ['user', { user: 'a b' }],
    ['user', { user: '-l' }],
    ['user', { user: '%r' }],
    ['identityFile', { identityFile: '/a\n/b' }],
    ['identityFile', { identityFile: '/a"b' }],
    ['identityFile', { identityFile: '/a/${HOME}' }],
  ] as const)('refuses a %s that would mean something else', (field, own) => {
    expect(() => renderSshConfig([{ ...entry, ...own }], '/x')).toThrow(
      expect.objectContaining({ code: 'invalid', field }) as Error,
    );
  });

  it('holds a title to its line', () => {
    const text = renderSshConfig([{ ...entry, title: 'api\nHost *\r\u2028x' }], '/x');
    expect(text.split('\n').filter((line) => line.startsWith('Host '))).toEqual(['Host devyard-api']);
  });
});

describe('the Include line', () => {
  let folder: Temporary;
  let include: SshInclude;
  let config: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    config = join(folder.path, '.ssh', 'config');
    include = { configFile: config, includedFile: join(folder.path, 'data', 'ssh config') };
  });
  afterEach(() => folder[Symbol.asyncDispose]());
  const line = (): string => `Include "${include.includedFile}"\n`;
  const write = async (text: string | Buffer): Promise<void> => {
    await mkdir(join(folder.path, '.ssh'), { recursive: true });
    await writeFile(config, text);
  };

  it('comes into a file that is made for it, for its owner only', async () => {
    expect(await isIncluded(include)).toBe(false);
    await addInclude(include);
    await addInclude(include);
    expect(await readFile(config, 'utf8')).toBe(line());
    expect(await isIncluded(include)).toBe(true);
    expect((await stat(config)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder.path, '.ssh'))).mode & 0o777).toBe(0o700);
    await removeInclude(include);
    expect(await readFile(config, 'utf8')).toBe('');
    expect(await isIncluded(include)).toBe(false);
  });

  it('comes first and goes again, and every other byte stays', { timeout: 30_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('\n', '\r\n'), async (bytes, end) => {
        const content = Buffer.concat([Buffer.from(`Host x${end}`), bytes]);
        await write(content);
        await addInclude(include);
        expect(await readFile(config)).toEqual(Buffer.concat([Buffer.from(line().replace('\n', end)), content]));
        expect(await isIncluded(include)).toBe(true);
        await removeInclude(include);
        expect(await readFile(config)).toEqual(content);
      }),
      { numRuns: 20 },
    );
  });

  it('is not in force within a block of some hosts', async () => {
    await write(`Host x\n  ${line()}`);
    expect(await isIncluded(include)).toBe(false);
    await addInclude(include);
    expect(await readFile(config, 'utf8')).toBe(`${line()}Host x\n  ${line()}`);
  });

  it.each([
    (path: string) => `# mine\n  include   "${path}"  \n`,
    (path: string) => `INCLUDE="${path}"\n`,
    (path: string) => `Include other "${path}"\n`,
  ])('is recognised as people write it (%#)', async (text) => {
    await write(text(include.includedFile));
    expect(await isIncluded(include)).toBe(true);
    await addInclude(include);
    expect(await readFile(config, 'utf8')).toBe(text(include.includedFile));
  });

  it('stays when it includes more than that', async () => {
    const text = `Include other "${include.includedFile}"\n`;
    await write(text);
    await removeInclude(include);
    expect(await readFile(config, 'utf8')).toBe(text);
  });

  it('goes where a link leads, which stays a link, also to a file that is not there yet', async () => {
    await mkdir(join(folder.path, '.ssh'));
    await mkdir(join(folder.path, 'dotfiles'));
    await symlink('../dotfiles/config', config);
    await addInclude(include);
    expect(await readFile(join(folder.path, 'dotfiles', 'config'), 'utf8')).toBe(line());
    await chmod(config, 0o664);
    await removeInclude(include);
    expect((await stat(config)).mode & 0o777).toBe(0o664);
    expect(await readlink(config)).toBe('../dotfiles/config');
  });

  it('names no file whose name OpenSSH would take for a pattern', async () => {
    for (const name of ['a*', 'a?', 'a[b]']) {
      const patterned = { ...include, includedFile: join(folder.path, name) };
      await expect(addInclude(patterned)).rejects.toMatchObject({ code: 'invalid', field: 'includedFile' });
    }
  });

  it('says what to do where the file cannot be written', async () => {
    await mkdir(config, { recursive: true });
    await expect(addInclude(include)).rejects.toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('Add the Include line yourself') as string,
    });
  });
});
