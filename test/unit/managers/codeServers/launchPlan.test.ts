import { describe, expect, it } from 'vitest';
import { accessOf, argumentsOf, environmentOf, pathsOf } from '../../../../src/managers/codeServers/launchPlan.ts';
import type { CodeServerDefinition } from '../../../../src/managers/codeServers/model.ts';

const definition: CodeServerDefinition = {
  id: '01980000-0000-7000-8000-0123456789ab',
  name: 'api',
  folder: '/src/api',
  folderOwned: false,
  port: 8010,
  createdAt: 1,
  args: ['--log', 'debug'],
  env: { FOO: 'bar' },
  memoryLimitMb: 512,
  origin: { type: 'folder' },
  extensions: [],
  extensionGroups: [],
  autoStart: false,
  stopWhenIdleMinutes: null,
  hostId: 'h',
};

describe('argumentsOf', () => {
  const paths = pathsOf(definition, '/data/code-servers', '/run/devyard-x');

  it('puts the server on its own socket, for nobody else, with the folder last', () => {
    const args = argumentsOf(definition, paths);
    expect(args.slice(0, 6)).toEqual([
      '--socket',
      '/run/devyard-x/80000123456789ab.s',
      '--socket-mode',
      '600',
      '--auth',
      'none',
    ]);
    expect(args.slice(-2)).toEqual(['--', '/src/api']);
    expect(args).toContain('--disable-telemetry');
  });

  it('puts a server with a password on its port, whatever PORT and CODE_SERVER_HOST say', () => {
    const args = argumentsOf(definition, paths, 'password');
    const onPort = '--bind-addr 127.0.0.1:8010 --host 127.0.0.1 --port 8010 --auth password'.split(' ');
    expect(args.slice(0, 8)).toEqual(onPort);
    expect(args).not.toContain('--socket');
  });

  it.each(['devyard', 'password'] as const)('tells from the command line that the access is %s', (access) => {
    expect(accessOf(['/bin/code-server', ...argumentsOf(definition, paths, access)])).toBe(access);
  });

  it('keeps socket paths short and different from server to server', () => {
    const other = pathsOf({ id: '01980000-0000-7000-8000-0123456789ac' }, '/data/code-servers', '/run/devyard-x');
    expect(other.socket).not.toBe(paths.socket);
    expect(paths.socket.length).toBeLessThan('/run/devyard-x/'.length + 20);
  });
});

describe('environmentOf', () => {
  it('passes on what a login gives, proxies and certificate authorities, and nothing of the editor', () => {
    const env = environmentOf(definition, {
      PATH: '/usr/bin',
      HOME: '/home/u',
      LC_ALL: 'C.UTF-8',
      https_proxy: 'http://proxy:1',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      VSCODE_IPC_HOOK_CLI: '/x',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--inspect',
      AWS_SECRET_ACCESS_KEY: 'secret',
      DEVYARD_DATA_DIR: '/d',
    });
    expect(env).toEqual({
      PATH: '/usr/bin',
      HOME: '/home/u',
      LC_ALL: 'C.UTF-8',
      https_proxy: 'http://proxy:1',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      NODE_OPTIONS: '--max-old-space-size=512',
      FOO: 'bar',
    });
  });
});

describe('environmentOf, with a password', () => {
  const named = { ...definition, env: { PASSWORD: 'mine', CODE_SERVER_COOKIE_SUFFIX: 'own' } };

  it('hands it over where a definition cannot get in between, with a cookie of the server’s own', () => {
    expect(environmentOf(definition, {}, '', 'secret')).toMatchObject({
      PASSWORD: 'secret',
      CODE_SERVER_COOKIE_SUFFIX: '019800000000700080000123456789ab',
    });
    expect(environmentOf(named, {}, '', 'secret')).toMatchObject({
      PASSWORD: 'secret',
      CODE_SERVER_COOKIE_SUFFIX: 'own',
    });
    expect(environmentOf(definition, { PASSWORD: 'of the daemon' })).not.toHaveProperty('PASSWORD');
  });
});
