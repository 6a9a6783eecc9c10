import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { WebSocketServer, type WebSocket } from 'ws';
import type { RemoteShell } from '../../managers/dokploy/ssh/types.ts';
import { systemClock, type Clock } from '../../managers/shared/clock.ts';
import { workspaceParams } from '../contract/dokploy.ts';
import { terminalSizeQuery, terminalSizeSchema } from '../contract/dokployAccess.ts';
import { workspaceTerminalPath } from '../contract/routes.ts';
import type { ServerDeps } from './deps.ts';
import { failureBody, failureOf } from './errors.ts';
import { beat, type Heartbeat } from './heartbeat.ts';
import { templatePath } from './routing.ts';
import { upgradeRequired, type Upgrades } from './upgrades.ts';

/** Bytes. Nobody types as much at once; what is pasted comes in pieces. */
const maxMessageBytes = 1024 * 1024;
/** Bytes that wait for a slow client before the shell has to. */
const maxWaitingBytes = 256 * 1024;
/** RFC 6455, section 5.5: what a close frame may say. */
const maxReasonBytes = 123;

/** `WS …/terminal`: shells, each of which ends with its socket. `closing` ends those that are open. */
export function registerTerminals(
  app: FastifyInstance,
  { dokploy, onProblem, clock = systemClock }: Pick<ServerDeps, 'dokploy' | 'onProblem' | 'clock'>,
  upgrades: Upgrades,
  closing: AbortSignal,
): void {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    autoPong: false,
  });
  app.get<{ Params: { id: string }; Querystring: { columns: number; rows: number } }>(
    templatePath(workspaceTerminalPath('{id}')),
    {
      schema: {
        operationId: 'dokploy.terminal',
        summary: 'WebSocket: a terminal in the workspace; binary messages are its bytes, text messages its size',
        tags: ['dokploy'],
        params: workspaceParams,
        querystring: terminalSizeQuery,
      },
    },
    async ({ raw, params, query }, reply) => {
      if (!upgrades.has(raw)) throw upgradeRequired();
      // Until here a failure is an ordinary answer.
      const shell = await dokploy.shell(params.id, query);
      const upgrade = upgrades.take(raw);
      reply.hijack();
      if (upgrade === undefined || upgrade.socket.destroyed || closing.aborted) {
        shell.end();
        upgrade?.socket.destroy();
        return;
      }
      const { socket, head } = upgrade;
      // Also when the handshake fails.
      socket.on('close', () => shell.end());
      server.handleUpgrade(raw, socket, head, (ws) => {
        const goodbye = (): void => ws.close(1001, 'The daemon ends.');
        closing.addEventListener('abort', goodbye, { once: true });
        ws.on('close', () => closing.removeEventListener('abort', goodbye));
        void serveShell(ws, shell, clock, onProblem);
      });
    },
  );
}

async function serveShell(
  ws: WebSocket,
  shell: RemoteShell,
  clock: Clock,
  onProblem: (message: string) => void,
): Promise<void> {
  const heartbeat = beat(ws, clock);
  // What breaks the protocol is closed by ws itself; a shell that breaks off says so by its end.
  for (const stream of [ws, shell.input, shell.output]) stream.on('error', ignore);
  ws.on('message', (data: Buffer, isBinary) => {
    heartbeat.alive();
    if (isBinary) type(data);
    else resize(data.toString());
  });
  const type = (bytes: Buffer): void => {
    if (!shell.input.writable || shell.input.write(bytes)) return;
    // Not read any further until the shell has taken it.
    ws.pause();
    const goOn = (): void => {
      for (const event of ['drain', 'close'] as const) shell.input.off(event, goOn);
      ws.resume();
    };
    for (const event of ['drain', 'close'] as const) shell.input.on(event, goOn);
  };
  const resize = (text: string): void => {
    const size = sizeIn(text);
    if (size === undefined) ws.close(1008, 'A text message says the size: {"columns":80,"rows":24}');
    else shell.resize(size.columns, size.rows);
  };
  try {
    const unsent = await passOn(shell.output, ws, heartbeat).catch((error: unknown) => ({ error }));
    // Knows best why it ended.
    const exit = await shell.exit;
    if (unsent !== undefined) throw unsent.error;
    ws.send(JSON.stringify({ exit }), ignore);
    ws.close(1000, 'The shell ended.');
  } catch (error) {
    const failure = failureOf(error);
    if (failure.internal !== undefined && ws.readyState === ws.OPEN)
      onProblem(`A terminal failed: ${failure.internal}`);
    ws.send(JSON.stringify(failureBody(failure, '')), ignore);
    ws.close(1011, reasonOf(failure.message));
  }
}

/** As fast as the client reads. */
async function passOn(output: Readable, ws: WebSocket, heartbeat: Heartbeat): Promise<void> {
  for await (const bytes of output as AsyncIterable<Buffer>) {
    await sent(ws, bytes);
    if (ws.readyState !== ws.OPEN) return;
    heartbeat.alive();
  }
}

/** Resolves when the client may get more: what it takes its time for is kept in the shell, not here. */
function sent(ws: WebSocket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    // Called in any case, with an error when the connection breaks.
    ws.send(bytes, () => resolve());
    if (ws.bufferedAmount < maxWaitingBytes) resolve();
  });
}

function sizeIn(text: string): { readonly columns: number; readonly rows: number } | undefined {
  try {
    return terminalSizeSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** As much of a message as a close frame holds, in whole characters. */
function reasonOf(message: string): string {
  let reason = message;
  while (Buffer.byteLength(reason) > maxReasonBytes) reason = reason.slice(0, -1);
  return reason.toWellFormed();
}

function ignore(): void {}
