import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { WebSocketServer } from 'ws';
import { systemClock } from '../../managers/shared/clock.ts';
import type { ServerDeps } from './deps.ts';
import { failureOf } from './errors.ts';
import { feedAll, feedOne } from './logFeed.ts';
import { LogPeer } from './logPeer.ts';
import { upgradeRequired, type Upgrades } from './upgrades.ts';

/** `WS /ws/logs` and `WS /ws/logs/:id`, as the original server has them. */
export interface LogSockets {
  register(app: FastifyInstance): void;
  /** Says goodbye to every client. */
  close(): void;
}

type LogSocketDeps = Pick<ServerDeps, 'codeServers' | 'events' | 'onProblem' | 'clock'>;

export function createLogSockets(deps: LogSocketDeps, upgrades: Upgrades): LogSockets {
  const { codeServers, onProblem, clock = systemClock } = deps;
  const peers = new Set<LogPeer>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // Nobody has anything to say here.
    maxPayload: 1024,
    autoPong: false,
    // A browser offers this beside the one that carries the token, and wants one of its own back.
    handleProtocols: (offered) => offered.has('devyard') && 'devyard',
  });
  const report = (problem: unknown): void => {
    const { internal, message } = failureOf(problem);
    onProblem(`A log socket failed: ${internal ?? message}`);
  };

  /** Turns the request into a peer and feeds it; a failure ends it. */
  const connect = (request: FastifyRequest, reply: FastifyReply, feed: (peer: LogPeer) => Promise<void>): void => {
    const upgrade = upgrades.take(request.raw);
    if (upgrade === undefined) throw upgradeRequired();
    reply.hijack();
    const { socket, head } = upgrade;
    server.handleUpgrade(request.raw, socket, head, (ws) => {
      const peer = new LogPeer(ws, socket, clock);
      peers.add(peer);
      peer.closed.addEventListener('abort', () => peers.delete(peer));
      feed(peer).catch((error: unknown) => {
        report(error);
        peer.close(1011, 'The log cannot be read.');
      });
    });
  };

  return {
    register(app) {
      const schema = (summary: string): object => ({ schema: { summary, tags: ['original paths'] } });
      app.get('/ws/logs', schema('WebSocket: the log lines of all code-servers'), (request, reply) => {
        connect(request, reply, (peer) => feedAll(peer, deps, report));
      });
      app.get<{ Params: { id: string } }>(
        '/ws/logs/:id',
        schema('WebSocket: the log lines of a code-server'),
        async (request, reply) => {
          const { id, name } = codeServers.get(request.params.id);
          const log = await codeServers.log(id);
          connect(request, reply, async (peer) => {
            await feedOne(peer, { id, name }, log, deps);
            peer.close(1000, 'The code-server was deleted.');
          });
        },
      );
    },
    close() {
      for (const peer of peers) peer.close(1001, 'The daemon ends.');
    },
  };
}
