import { Agent, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { WebSocket } from 'ws';
import type { ErrorBody } from '../contract/common.ts';
import type { ExitStatus } from '../contract/execFrames.ts';
import { workspaceTerminalPath } from '../contract/routes.ts';
import { ApiError, cancelled, errorOf, readText, unavailable, type Address } from './transport.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A shell in a workspace, in a terminal of its own. */
export interface WorkspaceTerminal {
  readonly input: Writable;
  readonly output: Readable;
  /** How the shell ended. Rejects with ApiError when nobody knows. */
  readonly exit: Promise<ExitStatus>;
  resize(size: TerminalSize): void;
  /** Ends the shell. */
  end(): void;
}

/** Bytes of one message; the daemon takes no more than 1 MB. */
const maxMessageBytes = 64 * 1024;

/**
 * Opens a terminal over the daemon's socket or address. Resolves when the shell runs; rejects with ApiError. The signal ends
 * it. This file alone brings a WebSocket library: load it when a terminal is wanted.
 */
export async function openWorkspaceTerminal(
  address: Address,
  id: string,
  { columns, rows }: TerminalSize,
  signal?: AbortSignal,
): Promise<WorkspaceTerminal> {
  const isCancelled = () => signal?.aborted === true;
  if (isCancelled()) throw cancelled(signal?.reason);
  const path = `${workspaceTerminalPath(id)}?columns=${String(columns)}&rows=${String(rows)}`;
  const ws = new WebSocket(`${baseOf(address)}${path}`, {
    headers: { Authorization: `Bearer ${address.token}` },
    perMessageDeflate: false,
    ...('socket' in address ? { agent: new SocketAgent(address.socket) } : {}),
  });
  const stop = (): void => ws.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  ws.on('close', () => signal?.removeEventListener('abort', stop));
  const terminal = overSocket(ws, signal);
  try {
    await opened(ws);
  } catch (error) {
    ws.terminate();
    if (error instanceof ApiError) throw error;
    throw isCancelled() ? cancelled(error) : unavailable(error);
  }
  return terminal;
}

/**
 * Leads to a socket or pipe, whatever host a request names. An agent, because in an editor's extension host nothing else that
 * says where a request goes outlives its proxy settings (@vscode/proxy-agent, `createHttpPatch`).
 */
class SocketAgent extends Agent {
  readonly #path: string;

  constructor(path: string) {
    super();
    this.#path = path;
  }

  override createConnection(): Socket {
    return connect(this.#path);
  }
}

/** Node.js takes the address of a pipe or socket elsewhere; the host is there for the form. */
function baseOf(address: Address): string {
  return 'socket' in address ? 'ws://localhost' : address.url.replace(/^http/, 'ws').replace(/\/$/, '');
}

function opened(ws: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    ws.on('open', resolve);
    ws.on('error', reject);
    ws.on('unexpected-response', (_request, answer: IncomingMessage) => {
      readText(answer, undefined).then((text) => reject(errorOf(answer.statusCode ?? 0, text)), reject);
    });
  });
}

/** Listens from the first moment: a shell may speak, and end, before anybody asks. */
function overSocket(ws: WebSocket, signal: AbortSignal | undefined): WorkspaceTerminal {
  const output = new Readable({ read: () => ws.readyState !== ws.CONNECTING && ws.resume() });
  const exit = new Promise<ExitStatus>((resolve, reject) => {
    let end: { readonly exit?: ExitStatus; readonly error?: ErrorBody['error'] } = {};
    ws.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) end = JSON.parse(data.toString()) as typeof end;
      else if (!output.push(data)) ws.pause();
    });
    ws.on('close', (_code, reason) => {
      output.push(null);
      if (end.exit !== undefined) resolve(end.exit);
      else if (end.error !== undefined) reject(new ApiError({ ...end.error, status: 200 }));
      else if (signal?.aborted === true) reject(cancelled(signal.reason));
      else reject(unavailable(new Error(reason.length > 0 ? reason.toString() : 'the connection broke')));
    });
  });
  exit.catch(() => undefined);
  return {
    input: inputOf(ws),
    output,
    exit,
    resize: ({ columns, rows }) => {
      if (ws.readyState === ws.OPEN) ws.send(JSON.stringify({ columns, rows }), () => undefined);
    },
    end: () => ws.close(1000),
  };
}

/** What the shell no longer hears is thrown away; its end is told by `exit`. */
function inputOf(ws: WebSocket): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; at += maxMessageBytes) {
        const isLast = at + maxMessageBytes >= chunk.length;
        ws.send(chunk.subarray(at, at + maxMessageBytes), () => isLast && done());
      }
      if (chunk.length === 0) done();
    },
  });
}
