import * as fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { composeFileOf } from '../../../../../src/managers/dokploy/machines/composeFile.ts';
import { publishedPorts, variablesOf } from '../../../../../src/managers/dokploy/machines/publishedPorts.ts';
import { planWith } from './plans.ts';

interface ComposeFile {
  readonly services: { readonly machine: Readonly<Record<string, unknown>> };
  readonly volumes: Readonly<Record<string, { readonly name: string }>>;
}

const read = (text: string): ComposeFile => load(text) as ComposeFile;

describe('the compose file of a machine', () => {
  it('hands every value through Compose as it is', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const text = composeFileOf(planWith({ kind: 'compose', env: { VALUE: value } }), 2222);
        const environment = read(text).services.machine['environment'] as readonly string[];
        // What Compose makes of it: two dollar signs are one, and a single one would begin a variable.
        expect(environment[0]).not.toMatch(/(?<!\$)(?:\$\$)*\$(?!\$)/);
        expect(environment[0]?.replaceAll('$$', '$')).toBe(`VALUE=${value}`);
      }),
    );
  });

  it('is privileged, with volumes of fixed names, ports, limits and a policy for restarts', () => {
    const plan = planWith({
      kind: 'compose',
      volumes: [{ name: 'home', mountPath: '/root' }],
      ports: [{ published: 5353, target: 53, protocol: 'udp' }],
      cpus: 1.5,
      memoryMb: 512,
      idleStopMinutes: 10,
    });
    const file = read(composeFileOf(plan, 2222));
    expect(file.services.machine).toMatchObject({
      privileged: true,
      restart: 'on-failure',
      ports: ['2222:22/tcp', '5353:53/udp'],
      deploy: { resources: { limits: { cpus: '1.5', memory: '512M' } } },
      entrypoint: ['/bin/sh', '-c'],
    });
    const volumes = file.services.machine['volumes'] as readonly string[];
    expect(volumes[0]).toBe('home:/root');
    expect(volumes[1]).toMatch(/^devyard-[0-9a-f]{12}-ssh:\/var\/lib\/devyard\/ssh$/);
    expect(Object.entries(file.volumes).every(([key, { name }]) => key === name)).toBe(true);
  });

  it('leaves what the image runs to it when the image has sshd', () => {
    const { machine } = read(composeFileOf(planWith({ kind: 'compose', sshd: 'image' }), 2222)).services;
    expect(machine).not.toHaveProperty('entrypoint');
    expect(machine).not.toHaveProperty('command');
    expect(machine['restart']).toBe('unless-stopped');
  });

  it('publishes what it says it does', () => {
    const ports = [{ published: 8080, target: 80, protocol: 'tcp' as const }];
    expect(publishedPorts(composeFileOf(planWith({ kind: 'compose', ports }), 2230))).toStrictEqual([
      { published: 2230, target: 22, protocol: 'tcp', address: '' },
      { published: 8080, target: 80, protocol: 'tcp', address: '' },
    ]);
  });
});

describe('the ports of any compose file', () => {
  const of = (entry: unknown, env = '') =>
    publishedPorts(JSON.stringify({ services: { a: { ports: [entry] } } }), variablesOf(env)).map(
      ({ published, target, protocol, address }) => `${address}|${String(published)}:${String(target)}/${protocol}`,
    );

  it.each([
    ['2222:22', ['|2222:22/tcp']],
    ['127.0.0.1:2222:22/tcp', ['127.0.0.1|2222:22/tcp']],
    ['[::1]:2222:22/udp', ['::1|2222:22/udp']],
    ['3000-3002:80-82', ['|3000:80/tcp', '|3001:81/tcp', '|3002:82/tcp']],
    ['80', []],
    [80, []],
    ['99999:22', []],
    ['3002-3000:80-82', []],
    ['nonsense', []],
    [{ target: 22, published: '2222', mode: 'host' }, ['|2222:22/tcp']],
    [{ target: 53, published: 5353, protocol: 'udp', host_ip: '10.0.0.1' }, ['10.0.0.1|5353:53/udp']],
    [{ target: 22 }, []],
    ['${SSH_PORT:-2233}:22', ['|2233:22/tcp']],
    [null, []],
  ])('%j', (entry, expected) => {
    expect(of(entry)).toStrictEqual(expected);
  });

  it('with variables of the service', () => {
    expect(of('$SSH_PORT:22', 'OTHER=1\nSSH_PORT="2244"')).toStrictEqual(['|2244:22/tcp']);
    expect(of('${SSH_PORT}:22', 'SSH_PORT=2245')).toStrictEqual(['|2245:22/tcp']);
  });

  it('are none for a file that cannot be read, whatever is in it', () => {
    expect(publishedPorts('services: [')).toStrictEqual([]);
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(publishedPorts(text))));
    fc.assert(fc.property(fc.jsonValue(), (ports) => Array.isArray(of(ports))));
  });
});
