import { describe, expect, it } from 'vitest';
import { outcomeOf } from './cliWorld.ts';
import { DokployCli } from './dokployCliWorld.ts';
import { dokployServer, serverId } from './fakeDokploy.ts';

const cli = new DokployCli();
const { run, calls, file } = cli;
const containing = (text: string): string => expect.stringContaining(text) as string;

describe('devyard dokploy server', () => {
  it('takes the API key from a file, the standard input or the environment, and from no argument', async () => {
    const key = await file('key', 'from-file\n');
    expect(await run('server', 'add', 'https://d.test', '--api-key-file', key)).toMatchObject({ code: 0, stderr: '' });
    const child = cli.world.start('dokploy', 'server', 'add', 'https://d.test', '--api-key-file', '-', '--name', 'x');
    child.stdin.end('from-input');
    expect(await outcomeOf(child)).toMatchObject({ code: 0 });
    cli.world.env['DEVYARD_DOKPLOY_API_KEY'] = 'from-env';
    const { stdout } = await run('server', 'add', 'https://d.test');
    expect(stdout).toBe(`${serverId}  prod  connected · v0.30.0  https://dokploy.test\n`);
    expect(calls('addServer')).toEqual([
      ['addServer', { url: 'https://d.test', apiKey: 'from-file' }],
      ['addServer', { url: 'https://d.test', apiKey: 'from-input', name: 'x' }],
      ['addServer', { url: 'https://d.test', apiKey: 'from-env' }],
    ]);
  });

  it('asks nobody where nobody is, and says what is missing', async () => {
    expect(await run('server', 'add', 'https://d.test')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: containing('The API key is missing: give it with --api-key-file FILE, or in DEVYARD_DOKPLOY_API_KEY.'),
    });
    expect(await run('server', 'add', 'https://d.test', '--api-key-file', await file('empty', '\n'))).toMatchObject({
      code: 2,
      stderr: containing('there is nothing in it'),
    });
    expect(await run('server', 'add', 'https://d.test', '--api-key-file', 'none')).toMatchObject({
      code: 3,
      stderr: containing('does not exist'),
    });
    expect(cli.world.dokploy.calls).toEqual([]);
  });

  it('shows a certificate that is not trusted, and how to pin it', async () => {
    const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':');
    const certificate = { fingerprint, subject: 'CN=d', issuer: 'CN=d', validFrom: '2026', validTo: '2036' };
    const failing = { status: 'failing', since: 1, problem: 'certificate', reason: 'It is self-signed.' } as const;
    cli.world.dokploy.one = dokployServer({ connection: { ...failing, hint: 'Compare it.', certificate } });
    const key = await file('key', 'k');
    const told = await run('server', 'add', 'https://d.test', '--api-key-file', key);
    expect(told).toMatchObject({ code: 1, stdout: containing('certificate · It is self-signed.') });
    expect(told.stderr).toContain(fingerprint);
    const [command = ''] = /devyard dokploy server set .*/.exec(told.stderr) ?? [];
    const [, , ...args] = command.split(' ').map((word) => word.replaceAll('"', ''));
    cli.world.dokploy.one = dokployServer();
    expect(await run(...args)).toMatchObject({ code: 0 });
    expect(calls('patchServer')).toEqual([['patchServer', serverId, { certificate: fingerprint }]]);
    const json = await run('server', 'test', 'prod', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, server: { id: serverId } });
  });

  it('is changed, asked and forgotten by name or id', async () => {
    const key = await file('key', 'new');
    expect(
      await run('server', 'set', 'prod', '--name', 'p2', '--api-key-file', key, '--certificate', 'none'),
    ).toMatchObject({ code: 0 });
    expect(calls('patchServer')).toEqual([['patchServer', serverId, { name: 'p2', apiKey: 'new', certificate: null }]]);
    expect(await run('server', 'set', 'prod')).toMatchObject({ code: 2, stderr: containing('Say what to set') });
    expect(await run('server', 'remove', serverId)).toMatchObject({
      code: 0,
      stdout: '“prod” is forgotten; https://dokploy.test stays.\n',
    });
    expect(await run('server', 'test', 'other')).toMatchObject({ code: 3, stderr: containing('server list') });
    expect(await run('server')).toMatchObject({ code: 2, stderr: containing('one of list, add, set, test, remove') });
    expect((await cli.world.run('help', 'dokploy', 'server')).stdout.toString()).toContain('dokploy server add URL');
  });
});
