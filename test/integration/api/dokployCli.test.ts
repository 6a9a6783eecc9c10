import { describe, expect, it } from 'vitest';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import { outcomeOf } from './cliWorld.ts';
import { DokployCli } from './dokployCliWorld.ts';
import { serverId, workspace, workspaceId } from './fakeDokploy.ts';
import { job } from './fakeJobs.ts';

const cli = new DokployCli();
const { run, calls, file } = cli;
const containing = (text: string): string => expect.stringContaining(text) as string;

describe('devyard dokploy', () => {
  it('lists workspaces with what leads to them, below their servers', async () => {
    const forward = { id: 'f', localPort: 4000, remoteHost: 'db', remotePort: 5432, state: 'waiting' } as const;
    cli.world.dokploy.all = [
      workspace({ domains: ['https://api.test'], forwards: [{ ...forward, url: 'http://127.0.0.1:4000' }] }),
      workspace({
        id: `${workspaceId.slice(0, -1)}c`,
        name: 'evil\u001B[31m',
        managed: 'no',
        state: { status: 'failed', reason: 'No such image', lastLines: [] },
        endpoint: null,
      }),
    ];
    const { code, stdout } = await run('list', '--refresh');
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        `${serverId}  prod  connected · v0.30.0  https://dokploy.test`,
        `  ${workspaceId}  api  running · node-1  devyard / production  dev@dokploy.test:2222`,
        '    https://api.test',
        '    http://127.0.0.1:4000 → db:5432 · waiting for the connection',
        `  ${workspaceId.slice(0, -1)}c  evil [31m  failed · No such image · not managed  devyard / production`,
        '',
      ].join('\n'),
    );
    expect(calls('refresh')).toHaveLength(1);
    expect(JSON.parse((await run('list', '--json')).stdout)).toHaveLength(2);
  });

  it('creates with everything that can be chosen', async () => {
    const envFile = await file('env', 'A=1\nB="two words"\n');
    const password = await file('password', 'pw\n');
    cli.world.env['FROM_HERE'] = 'here';
    cli.world.jobs.add(job({ kind: 'dokploy.create', resourceId: workspaceId, title: 'Create “new”' }));
    const told = await run(
      ...['create', 'new', '--project', 'p', '--environment', 'e', '--target', 'Dokploy', '--docker', '--image', 'i:1'],
      ...['--registry', 'r.test', '--registry-user', 'u', '--registry-password-file', password, '--cpus', '1.5'],
      ...[
        '--memory',
        '512',
        '--env',
        'C=x=y',
        '--env',
        'FROM_HERE',
        '--env-file',
        envFile,
        '--volume',
        'home:/home/dev',
      ],
      ...['--publish', '8080:80', '--publish', '53:53/udp', '--idle-stop', '30', '--forward-agent', '--user', 'me'],
      ...[
        '--repository',
        'https://g.test/r.git',
        '--branch',
        'b',
        '--clone-to',
        'src',
        '--ssh-port-range',
        '3000-3010',
      ],
    );
    expect(told).toMatchObject({ code: 0, stdout: containing('api  running') });
    expect(calls('create')[0]?.[1]).toEqual({
      serverId,
      name: 'new',
      project: { name: 'p' },
      environment: { name: 'e' },
      target: null,
      docker: true,
      image: 'i:1',
      user: 'me',
      sshd: 'install',
      sshPortRange: { from: 3000, to: 3010 },
      repository: { url: 'https://g.test/r.git', branch: 'b', folder: 'src' },
      registry: { url: 'r.test', username: 'u', password: 'pw' },
      cpus: 1.5,
      memoryMb: 512,
      env: { A: '1', B: 'two words', C: 'x=y', FROM_HERE: 'here' },
      volumes: [{ name: 'home', mountPath: '/home/dev' }],
      ports: [
        { published: 8080, target: 80, protocol: 'tcp' },
        { published: 53, target: 53, protocol: 'udp' },
      ],
      idleStopMinutes: 30,
      forwardAgent: true,
    });
    expect(calls('create')[0]?.[2]).toMatch(/^[\da-f-]{36}$/);
    expect(await run('create', 'new!')).toMatchObject({
      code: 2,
      stderr: containing('digits, blanks, dots and dashes'),
    });
    expect(await run('create', 'new', '--target', 'none')).toMatchObject({ code: 3, stderr: containing('“Dokploy”') });
    expect(await run('create', 'new', '--registry', 'r')).toMatchObject({
      code: 2,
      stderr: containing('--registry-user'),
    });
    expect(await run('create', 'new', '--env', 'NOT_HERE')).toMatchObject({ code: 2, stderr: containing('NOT_HERE') });
  });

  it('says what became of a job that failed, with the last lines of the log', async () => {
    cli.world.dokploy.all = [
      workspace({ state: { status: 'failed', reason: 'No such image', lastLines: ['pulling', 'no such image'] } }),
    ];
    cli.world.dokploy.start = async () =>
      cli.world.jobs.add(
        job({
          kind: 'dokploy.start',
          resourceId: workspaceId,
          title: 'Start “api”',
          state: {
            status: 'failed',
            at: 1,
            error: { code: 'start-failed', message: 'No such image', hint: 'Set another.' },
          },
        }),
      );
    expect(await run('start', 'api')).toEqual({
      code: 1,
      stdout: containing('failed · No such image'),
      stderr: 'devyard: No such image\nSet another.\n  pulling\n  no such image\n',
    });
  });

  it('follows a job to its end, and cancels it with Ctrl+C', async () => {
    const running = job({
      kind: 'dokploy.stop',
      resourceId: workspaceId,
      title: 'Stop “api”',
      state: { status: 'running', step: 'Stopping', fraction: 0.5 },
    });
    cli.world.dokploy.stop = async () => cli.world.jobs.add(running);
    cli.world.jobs.cancel = async (id) => {
      const cancelled = cli.world.jobs.add({ ...cli.world.jobs.get(id), state: { status: 'cancelled', at: 1 } });
      cli.world.events.append({ type: 'job.changed', job: cancelled });
      return cancelled;
    };
    const child = cli.world.start('dokploy', 'stop', 'api');
    child.stdin.end();
    let said = '';
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.includes('Stopping') && !said.includes('Cancelling')) child.kill('SIGINT');
    });
    const { code, stderr } = await outcomeOf(child);
    expect(code).toBe(130);
    expect(stderr).toContain('Stop “api”: cancelled.');
    expect(await run('redeploy', 'api', '--detach')).toMatchObject({
      code: 0,
      stdout: containing('redeploy  succeeded'),
    });
  });

  it('changes what is named and keeps the rest', async () => {
    cli.world.dokploy.all = [workspace({ envNames: ['A', 'B'] })];
    await run('set', 'api', '--memory', 'none', '--env', 'C=3', '--unset-env', 'B', '--no-forward-agent');
    await run('set', 'api', '--no-env', '--no-publish', '--no-volumes', '--registry', 'none');
    expect(calls('change').map(([, , changes]) => changes)).toEqual([
      { memoryMb: null, env: { A: null, C: '3' }, forwardAgent: false },
      { env: {}, ports: [], volumes: [], registry: null },
    ]);
    expect(await run('set', 'api')).toMatchObject({ code: 2, stderr: containing('Say what to set') });
    expect(await run('set', 'api', '--unset-env', 'X')).toMatchObject({
      code: 2,
      stderr: containing('no environment variable X'),
    });
  });

  it('deletes, adopts and forgets', async () => {
    cli.world.dokploy.remove = async (...call) => {
      cli.world.dokploy.calls.push(['remove', ...call]);
      cli.world.dokploy.all = [];
      return cli.world.jobs.add(job({ kind: 'dokploy.delete', resourceId: workspaceId, title: 'Delete “api”' }));
    };
    cli.world.dokploy.all = [workspace({ publicKey: 'ssh-ed25519 AAAA devyard' })];
    const adopted = await run('adopt', 'api', '--user', 'root', '--ssh-port', '2022');
    expect(adopted).toMatchObject({ code: 0, stderr: containing('ssh-ed25519 AAAA devyard') });
    const key = await file('id', 'PRIVATE');
    expect(await run('adopt', 'api', '--user', 'root', '--private-key', key)).toMatchObject({ code: 0, stderr: '' });
    expect(calls('adopt').map(([, , adoption]) => adoption)).toEqual([
      { user: 'root', sshPort: 2022 },
      { user: 'root', privateKey: 'PRIVATE' },
    ]);
    expect(await run('forget-host-key', 'api')).toMatchObject({ code: 0 });
    expect(await run('delete', 'api', '--volumes')).toMatchObject({
      code: 0,
      stdout: containing('Delete “api”  succeeded'),
    });
    expect(calls('remove')).toEqual([['remove', workspaceId, { volumes: true, forget: false }]]);
    expect(await run('delete', 'api')).toMatchObject({ code: 3 });
  });

  it('forwards ports', async () => {
    expect(await run('forward', 'api', 'db:5432', '--local-port', '4000')).toMatchObject({
      code: 0,
      stdout: 'http://127.0.0.1:4000\n',
    });
    expect(calls('forward')).toEqual([['forward', 'api', { remoteHost: 'db', remotePort: 5432, localPort: 4000 }]]);
    expect(await run('unforward', 'api', '5432')).toMatchObject({ code: 0 });
    expect(calls('removeForward')).toEqual([['removeForward', 'api', 5432]]);
    expect(await run('forward', 'api', 'x')).toMatchObject({ code: 2, stderr: containing('db:5432') });
  });

  it('shows logs, and follows them', async () => {
    expect(await run('logs', 'api', '--deploy', '-n', '5')).toMatchObject({ code: 0, stdout: 'line 1\nline 2\n' });
    cli.world.dokploy.logs = async function* logs(signal) {
      yield 'begun\n';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    const child = cli.world.start('dokploy', 'logs', 'api', '--follow');
    child.stdout.once('data', () => child.kill('SIGINT'));
    expect(await outcomeOf(child)).toMatchObject({ code: 0, stdout: Buffer.from('begun\n'), stderr: '' });
    cli.world.dokploy.logs = async function* logs() {
      yield 'begun\n';
      throw new DevyardError('unavailable', 'It broke.', { hint: 'Again.' });
    };
    expect(await run('logs', 'api', '-f')).toMatchObject({
      code: 1,
      stdout: 'begun\n',
      stderr: 'devyard: It broke.\nAgain.\n',
    });
  });

  it('prints and includes the ssh config', async () => {
    expect(await run('ssh-config')).toMatchObject({ stdout: 'Host devyard-api\n', stderr: containing('--include') });
    expect(await run('ssh-config', '--include')).toMatchObject({ stdout: '~/.ssh/config includes /d/ssh/config.\n' });
  });
});
