import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionOptions, secretsOf } from '../../../src/provider/connectionOptions.ts';
import { commandOf, digestOf, machineEnvironment, markerOf } from '../../../src/provider/machineEnvironment.ts';
import { machineOptions, userOption } from '../../../src/provider/machineOptions.ts';
import { type OptionName, optionTable } from '../../../src/provider/optionTable.ts';
import type { Environment } from '../../../src/provider/readers.ts';

const fingerprint = 'AB'.repeat(32);
const server: Environment = { DOKPLOY_SERVER_URL: 'https://dokploy.example.com', DOKPLOY_API_TOKEN: 'secret-key' };

/** The field that the error names, and its words. */
function failure(run: () => unknown): { field: string | undefined; message: string; hint: string } {
  try {
    run();
  } catch (error) {
    const { field, message, hint = '' } = error as { field?: string; message: string; hint?: string };
    return { field, message, hint };
  }
  throw new Error('it did not fail');
}

describe('the connection', () => {
  it.each([
    ['https://dokploy.example.com', 'https://dokploy.example.com', 'dokploy.example.com'],
    ['  https://Dokploy.Example.com/ ', 'https://dokploy.example.com', 'dokploy.example.com'],
    ['http://10.0.0.7:3000/api/', 'http://10.0.0.7:3000', '10.0.0.7'],
    ['http://[fd00::1]:3000', 'http://[fd00::1]:3000', 'fd00::1'],
  ])('takes %s', (given, url, host) => {
    expect(connectionOptions({ ...server, DOKPLOY_SERVER_URL: given })).toMatchObject({ url, host, sshHost: null });
  });

  it.each([
    ['', 'is not set'],
    ['dokploy.example.com', 'is no URL'],
    ['ftp://dokploy.example.com', 'is no URL'],
    ['https://user:pw@dokploy.example.com', 'holds a user name or a password'],
    ['https://dokploy.example.com/dashboard', 'goes on behind the host'],
    ['https://dokploy.example.com/?a=b', 'goes on behind the host'],
  ])('refuses the URL “%s”', (given, words) => {
    const { field, message, hint } = failure(() => connectionOptions({ ...server, DOKPLOY_SERVER_URL: given }));
    expect(field).toBe('DOKPLOY_SERVER_URL');
    expect(message).toContain(`DOKPLOY_SERVER_URL ${words}`);
    expect(hint).not.toBe('');
    expect(message + hint).not.toContain('pw');
  });

  it.each([
    ['', 'is not set'],
    ['two words', 'holds blanks'],
    ['key\nwith a line', 'holds blanks'],
  ])('refuses the key %j and does not repeat it', (given, words) => {
    const { field, message, hint } = failure(() => connectionOptions({ ...server, DOKPLOY_API_TOKEN: given }));
    expect({ field, words: message.includes(words) }).toEqual({ field: 'DOKPLOY_API_TOKEN', words: true });
    if (given !== '') expect(message + hint).not.toContain(given);
  });

  it.each([
    [fingerprint],
    [fingerprint.toLowerCase()],
    [`sha256 Fingerprint=${fingerprint}`.replace(' Fingerprint', '')],
    [(fingerprint.match(/../g) ?? []).join(':')],
  ])('takes the fingerprint as %s', (given) => {
    const { certificate } = connectionOptions({ ...server, DOKPLOY_CERTIFICATE: given });
    expect(certificate).toMatch(/^AB(?::AB){31}$/);
  });

  it('refuses what is no fingerprint', () => {
    const given = { ...server, DOKPLOY_CERTIFICATE: fingerprint.slice(1) };
    expect(failure(() => connectionOptions(given)).field).toBe('DOKPLOY_CERTIFICATE');
  });

  it.each([
    ['ssh.example.com', 'ssh.example.com'],
    ['[fd00::2]', 'fd00::2'],
    ['10.1.2.3', '10.1.2.3'],
  ])('reaches published ports under %s', (given, host) => {
    expect(connectionOptions({ ...server, DOKPLOY_SSH_HOST: given }).sshHost).toBe(host);
  });

  it.each(['ssh.example.com:2222', '-oProxyCommand=x', 'a b', 'x;y'])('refuses the SSH host “%s”', (given) => {
    expect(failure(() => connectionOptions({ ...server, DOKPLOY_SSH_HOST: given })).field).toBe('DOKPLOY_SSH_HOST');
  });

  it('knows what must not be shown', () => {
    expect(secretsOf({ ...server, DOKPLOY_REGISTRY_PASSWORD: 'hunter2' })).toEqual(['secret-key', 'hunter2']);
  });
});

describe('a machine', () => {
  it('is what the table says when DevPod hands over the defaults, or nothing at all', () => {
    const defaults = Object.fromEntries(Object.entries(optionTable).map(([name, spec]) => [name, spec.default ?? '']));
    expect(machineOptions(defaults)).toEqual(machineOptions({}));
    expect(machineOptions({})).toEqual({
      projectName: 'devpod-workspaces',
      environmentName: null,
      serverId: null,
      kind: 'compose',
      image: 'cruizba/ubuntu-dind:latest',
      registry: null,
      cpus: null,
      memoryMb: null,
      volumes: [],
      keepVolumes: false,
      portRange: { from: 2222, to: 2250 },
      user: 'root',
      sshd: 'install',
    });
  });

  it('gets the limits of its type, and exact ones before them', () => {
    expect(machineOptions({ MACHINE_TYPE: 'medium' })).toMatchObject({ cpus: 2, memoryMb: 4096 });
    expect(machineOptions({ MACHINE_TYPE: 'medium', DOKPLOY_CPUS: '1.5' })).toMatchObject({
      cpus: 1.5,
      memoryMb: 4096,
    });
  });

  it.each([
    ['4g', 4096],
    ['4 GiB', 4096],
    ['512m', 512],
    ['512', 512],
    ['1.5G', 1536],
    ['65536k', 64],
  ])('takes %s of memory', (given, memoryMb) => {
    expect(machineOptions({ DOKPLOY_MEMORY: given }).memoryMb).toBe(memoryMb);
  });

  it('takes volumes, a range, a single port and a registry', () => {
    expect(
      machineOptions({
        DOKPLOY_VOLUMES: ' data:/data/ , cache:/var/cache',
        DOKPLOY_PORT_RANGE: '3000',
        DOKPLOY_MACHINE_KIND: 'application',
        DOKPLOY_REGISTRY_USERNAME: 'me',
        DOKPLOY_REGISTRY_PASSWORD: 'pw',
      }),
    ).toMatchObject({
      volumes: [
        { name: 'data', mountPath: '/data' },
        { name: 'cache', mountPath: '/var/cache' },
      ],
      portRange: { from: 3000, to: 3000 },
      registry: { url: '', username: 'me', password: 'pw' },
    });
  });

  it.each<readonly [OptionName, string]>([
    ['DOKPLOY_MACHINE_KIND', 'vm'],
    ['MACHINE_TYPE', 'huge'],
    ['DOKPLOY_CPUS', '0'],
    ['DOKPLOY_CPUS', 'two'],
    ['DOKPLOY_MEMORY', '4q'],
    ['DOKPLOY_MEMORY', '1m'],
    ['DOKPLOY_PORT_RANGE', '2250-2222'],
    ['DOKPLOY_PORT_RANGE', '2222-70000'],
    ['DOKPLOY_PORT_RANGE', 'any'],
    ['DOKPLOY_USER', 'Root User'],
    ['DOKPLOY_IMAGE', '--privileged'],
    ['DOKPLOY_SERVER_ID', 'a/b'],
    ['DOKPLOY_SSHD', 'dropbear'],
    ['DOKPLOY_KEEP_VOLUMES', 'yes'],
    ['DOKPLOY_VOLUMES', 'data'],
    ['DOKPLOY_VOLUMES', 'data:data'],
    ['DOKPLOY_VOLUMES', '/host:/data'],
    ['DOKPLOY_VOLUMES', 'data:/a/../b'],
    ['DOKPLOY_VOLUMES', 'data:/a,data:/b'],
    ['DOKPLOY_VOLUMES', 'aa:/a,bb:/a'],
    ['DOKPLOY_REGISTRY_PASSWORD', 'hunter2'],
  ])('names %s when it is “%s”', (name, value) => {
    const { field, message, hint } = failure(() => machineOptions({ [name]: value }));
    expect(field).toBe(name === 'DOKPLOY_REGISTRY_PASSWORD' ? 'DOKPLOY_REGISTRY_USERNAME' : name);
    expect(message).toMatch(/^(?:DOKPLOY|MACHINE)_\w+ .+\.$/);
    expect(hint).not.toBe('');
    expect(message + hint).not.toContain('hunter2');
  });

  it('has no password of a registry with a Docker engine: Dokploy takes none there', () => {
    const env = { DOKPLOY_REGISTRY_USERNAME: 'me', DOKPLOY_REGISTRY_PASSWORD: 'pw' };
    expect(failure(() => machineOptions(env)).hint).toContain('DOKPLOY_MACHINE_KIND=application');
  });

  it('says of any text either what it is or which option is wrong', () => {
    const names = Object.keys(optionTable) as OptionName[];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string(), (name, value) => {
        try {
          machineOptions({ [name]: value });
          connectionOptions({ ...server, [name]: value });
        } catch (error) {
          expect(names).toContain((error as { field?: string }).field);
        }
      }),
    );
  });

  it('is logged in to by root unless told otherwise', () => {
    expect([userOption({}), userOption({ DOKPLOY_USER: 'dev' })]).toEqual(['root', 'dev']);
  });
});

describe('what DevPod sets', () => {
  it('names the machine', () => {
    expect(machineEnvironment({ MACHINE_ID: 'a', MACHINE_FOLDER: '/m/a', MACHINE_CONTEXT: 'work' })).toEqual({
      id: 'a',
      context: 'work',
      folder: '/m/a',
    });
    expect(machineEnvironment({ DEVPOD_MACHINE_ID: 'b' })).toEqual({ id: 'b', context: 'default', folder: undefined });
    expect(machineEnvironment({ MACHINE_ID: 'a', DEVPOD_MACHINE_ID: 'b' }).id).toBe('a');
  });

  it.each([
    [{}, 'MACHINE_ID'],
    [{ MACHINE_ID: 'a b' }, 'MACHINE_ID'],
    [{ MACHINE_ID: 'a', MACHINE_FOLDER: 'relative' }, 'MACHINE_FOLDER'],
  ])('is refused where it is %j', (env, field) => {
    expect(failure(() => machineEnvironment(env)).field).toBe(field);
  });

  it('holds the command, whose blanks and lines belong to it', () => {
    expect(commandOf({ COMMAND: ' echo "a\n b" ' })).toBe(' echo "a\n b" ');
    expect(commandOf({ DEVPOD_COMMAND: 'true' })).toBe('true');
    expect(failure(() => commandOf({ COMMAND: '' })).field).toBe('COMMAND');
  });

  it('makes a mark that no other machine has', () => {
    const of = (id: string, context: string, owner?: string) => markerOf({ id, context, folder: undefined }, owner);
    expect(of('a', 'default')).toBe('devpod:default/a');
    const marks = [of('a', 'default'), of('a', 'work'), of('ab', 'default'), of('a', 'default', '0123456789ab')];
    expect(new Set(marks).size).toBe(marks.length);
    expect(new Set(marks.map(digestOf)).size).toBe(marks.length);
  });
});
