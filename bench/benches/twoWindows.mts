// A change made in one window until its event is in another, beside a bare round trip over the same socket.
import { Agent, request } from 'node:http';
import { Yard } from '../../test/integration/daemon/yard.ts';
import type { Bench } from '../lib/bench.mts';
import { Feed } from '../lib/feed.mts';

const rounds = 200;

export const bench: Bench = async () => {
  await using yard = await Yard.open();
  const { socket } = await yard.start();
  const [a, b] = [await yard.client(), await yard.client()];
  const { id } = await yard.create(a, 'bench');
  using feed = await Feed.open(b);
  const agent = new Agent({ keepAlive: true });
  const samples: number[] = [];
  const peer: number[] = [];
  const change = async (name: string): Promise<number> => {
    const seen = feed.change(id, (server) => server.name === name);
    const began = performance.now();
    const [at] = await Promise.all([seen, a.call('codeServers.patch', { params: { id }, body: { name } })]);
    return at - began;
  };
  const roundTrip = async (): Promise<number> => {
    const began = performance.now();
    await ask(socket, agent);
    return performance.now() - began;
  };
  for (let round = -10; round < rounds; round++) {
    const [changed, asked] = [await change(`name ${round}`), await roundTrip()];
    // The first ones warm both sides up.
    if (round < 0) continue;
    samples.push(changed);
    peer.push(asked);
  }
  agent.destroy();
  return {
    figures: [
      {
        what: 'change in one window → event in the other',
        unit: 'ms',
        samples,
        peer: { what: 'GET /healthz', samples: peer },
        goal: { of: 'p95', limit: 200 },
      },
    ],
  };
};

function ask(socketPath: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path: '/healthz', agent }, (answer) => {
      answer.resume();
      answer.on('end', resolve);
      answer.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
