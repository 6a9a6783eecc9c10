// How much a creation takes beyond what Dokploy, the engine and sshd take: beside a script that makes the same calls and tries to
// log in again and again.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { readBanner } from '../../src/managers/dokploy/ssh/banner.ts';
import { makeEd25519Key } from '../../src/managers/dokploy/ssh/keys.ts';
import { connect } from '../../src/managers/dokploy/ssh/connect.ts';
import { startScript } from '../../src/managers/dokploy/machines/startScript.ts';
import { addServer, bodyFor, createWorkspace } from '../../test/integration/daemon/dokployYard.ts';
import { type DokployDouble, startDokploy } from '../../test/support/dokploy/double.ts';
import type { Measured } from '../lib/bench.mts';
import { timed, type World } from './world.mts';

const rounds = 6;

export async function measureCreation({ client, say }: World): Promise<Measured> {
  await using dokploy = await startDokploy({ pace: 0.2 });
  const server = await addServer(client, dokploy);
  const environmentId = await newEnvironment(dokploy);
  const created: number[] = [];
  const byHand: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    created.push(await timed(() => createWorkspace(client, bodyFor(dokploy, server.id, `bench ${round}`))));
    byHand.push(await timed(() => createByHand(dokploy, environmentId, 2300 + round)));
    say(`round ${round} of ${rounds}: ${created.at(-1)?.toFixed(0)} ms, by hand ${byHand.at(-1)?.toFixed(0)} ms`);
  }
  return {
    figures: [
      {
        what: 'create a workspace → SSH lets somebody in',
        unit: 'ms',
        samples: created,
        peer: { what: 'the same calls by hand', samples: byHand },
      },
      {
        what: 'the same: longer than by hand',
        unit: 'ms',
        samples: created.map((ms, index) => ms - (byHand[index] ?? Number.NaN)),
        goal: { of: 'median', limit: 1000 },
      },
    ],
  };
}

async function newEnvironment(dokploy: DokployDouble): Promise<string> {
  const made = await call(dokploy, 'project.create', { name: 'by hand' });
  return (made as { environment: { environmentId: string } }).environment.environmentId;
}

async function createByHand(dokploy: DokployDouble, environmentId: string, port: number): Promise<void> {
  const key = await makeEd25519Key();
  const user = dokploy.user ?? 'dev';
  const made = await call(dokploy, 'application.create', { name: `hand ${port}`, appName: 'hand', environmentId });
  const { applicationId } = made as { applicationId: string };
  const image = { dockerImage: dokploy.image, username: '', password: '', registryUrl: '' };
  await call(dokploy, 'application.saveDockerProvider', { applicationId, ...image });
  const env = `AUTHORIZED_KEY="${key.publicKey}"`;
  const others = { buildArgs: '', buildSecrets: '', createEnvFile: false };
  await call(dokploy, 'application.saveEnvironment', { applicationId, env, ...others });
  const hostKeyFolder = '/var/lib/devyard/ssh';
  const script = startScript({ user, hostKeyFolder, folders: [], idleStopMinutes: null, hasDocker: false });
  await call(dokploy, 'application.update', { applicationId, command: '/bin/sh', args: ['-c', script] });
  const published = { publishedPort: port, targetPort: 22, protocol: 'tcp', publishMode: 'host' };
  await call(dokploy, 'port.create', { applicationId, ...published });
  await call(dokploy, 'application.deploy', { applicationId, title: randomUUID() });
  const target = {
    host: '127.0.0.1',
    port,
    user,
    alias: `hand-${port}`,
    privateKey: key.privateKey,
    hostKeys: {
      check: async () => 'new' as const,
      forget: async () => undefined,
      fingerprint: async () => undefined,
    },
  };
  const deadline = performance.now() + 60_000;
  for (;;) {
    try {
      await readBanner(target, { timeoutMs: 1000 });
      (await connect(target)).end();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(20);
    }
  }
}

async function call(dokploy: DokployDouble, procedure: string, body: object): Promise<unknown> {
  const answer = await fetch(`${dokploy.url}/api/${procedure}`, {
    method: 'POST',
    headers: { 'x-api-key': dokploy.key, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${procedure}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
