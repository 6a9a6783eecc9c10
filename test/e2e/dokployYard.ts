import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createSecure } from 'node:tls';
import { promisify } from 'node:util';
import { type App, Calls } from '../integration/dokploy/doubleCalls.ts';
import { fingerprintOf, makeCertificates } from '../integration/http/certificates.ts';
import { type Listening, listen } from '../integration/http/servers.ts';
import { type DokployDouble, startDokploy } from '../support/dokploy/double.ts';
import { sharedDocker } from '../support/dokploy/sharedDocker.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { DeskOptions } from './desk.ts';

const exec = promisify(execFile);

/** Only the proxy of the desk knows where this is. */
export const dokployUrl = 'https://dokploy.example.com';

/** A Dokploy server that runs real machines, behind a proxy and with a certificate that nobody else has signed. */
export interface DokployYard extends AsyncDisposable {
  readonly double: DokployDouble;
  /** SHA-256 of its certificate. */
  readonly fingerprint: string;
  /** The server that Dokploy has its services run on. */
  readonly node: string;
  readonly desk: DeskOptions;
  /** Deploys what somebody else made: an application whose image starts sshd by itself, for the key in that file. */
  addService(name: string): Promise<{ readonly privateKeyFile: string }>;
}

/** Undefined: there is no Docker engine. Without containers a story that deletes volumes would see this computer's own files. */
export async function openYard(): Promise<DokployYard | undefined> {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await temporaryFolder('devyard-dokploy-'));
  stack.use(await sharedDocker());
  const double = stack.use(await startDokploy());
  if (double.machines !== 'docker') return undefined;
  // What Docker calls it in the double, too.
  const node = 'vm';
  // Whatever else runs on this computer may have these ports at its usual address.
  const serverId = double.addServer({ name: node, ipAddress: `127.77.${String(randomBytes(1)[0])}.1` });
  const { own } = await makeCertificates(home.path);
  const plain = (socket: Socket): void => joinTo(socket, Number(new URL(double.url).port));
  const secure = stack.use(await listen(createSecure(own, plain)));
  const proxy = stack.use(await proxyTo(secure.port));
  const address = `http://127.0.0.1:${String(proxy.port)}`;
  const kept = stack.move();
  return {
    double,
    fingerprint: fingerprintOf(own),
    node,
    desk: {
      env: { HTTPS_PROXY: address, NO_PROXY: '127.0.0.1,localhost' },
      // A terminal that is drawn as text can be read. The editor forwards every port that opens on this computer, and says so.
      settings: { 'terminal.integrated.gpuAcceleration': 'off', 'remote.autoForwardPorts': false },
    },
    async addService(name) {
      const privateKeyFile = join(home.path, 'id_team');
      await exec('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'team', '-f', privateKeyFile]);
      await deployService(double, serverId, { name, publicKey: await readFile(`${privateKeyFile}.pub`, 'utf8') });
      return { privateKeyFile };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function deployService(
  double: DokployDouble,
  serverId: string,
  { name, publicKey }: { readonly name: string; readonly publicKey: string },
): Promise<void> {
  const calls = new Calls(double);
  const { environment } = await calls.mutate<{ readonly environment: { readonly environmentId: string } }>(
    'project.create',
    { name: 'shop' },
  );
  const { environmentId } = environment;
  const app = await calls.mutate<App>('application.create', { name, environmentId, serverId });
  const { applicationId } = app;
  const image = { dockerImage: double.image, username: '', password: '', registryUrl: '' };
  await calls.mutate('application.saveDockerProvider', { applicationId, ...image });
  const env = `AUTHORIZED_KEY=${publicKey.trim()}`;
  const build = { buildArgs: '', buildSecrets: '', createEnvFile: false };
  await calls.mutate('application.saveEnvironment', { applicationId, env, ...build });
  const port = { publishedPort: 2322, targetPort: 22, protocol: 'tcp', publishMode: 'host' };
  await calls.mutate('port.create', { applicationId, ...port });
  await calls.deployApplication(app, 'by hand');
  await calls.becomes(app, 'done');
}

/** A proxy (CONNECT, RFC 9110, 9.3.6) that knows one host only, which is this port. */
function proxyTo(port: number): Promise<Listening<Server>> {
  const server = createServer((_, response) => void response.writeHead(405).end());
  server.on('connect', ({ url }, client: Socket, head: Buffer) => {
    if (url !== `${new URL(dokployUrl).host}:443`) {
      client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    client.unshift(head);
    joinTo(client, port);
  });
  return listen(server);
}

function joinTo(client: Socket, port: number): void {
  const target = connect(port, '127.0.0.1');
  target.pipe(client).pipe(target);
  target.on('error', () => client.destroy());
  client.on('error', () => target.destroy());
}
