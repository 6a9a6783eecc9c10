import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import type { Readable } from 'node:stream';

export interface EngineCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A tar archive in place of a JSON body. */
  readonly archive?: Readable;
}

/** Docker's words for a call that failed. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Engine = ReturnType<typeof openEngine>;

/** Docker's HTTP API over its Unix socket, as much of it as tests need. */
export function openEngine(socketPath: string) {
  async function open({ method, path, query = {}, body, archive }: EngineCall): Promise<IncomingMessage> {
    const search = new URLSearchParams(query).toString();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request = httpRequest({
      socketPath,
      method,
      path: search === '' ? path : `${path}?${search}`,
      agent: false,
      headers: {
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        ...(archive === undefined ? {} : { 'content-type': 'application/x-tar' }),
      },
    });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    if (archive === undefined) request.end(text);
    else archive.pipe(request);
    const [response] = await answered;
    const status = response.statusCode ?? 0;
    if (status < 400) return response;
    const words = await textOf(response);
    throw new EngineError(status, messageIn(words));
  }

  return {
    /** The answer's JSON; undefined for an empty one. */
    async call(input: EngineCall): Promise<unknown> {
      const text = await textOf(await open(input));
      return text === '' ? undefined : JSON.parse(text);
    },
    /** The answer as it comes. */
    open,
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { message: string }).message;
  } catch {
    return text;
  }
}

/**
 * Text of a log without a terminal: each piece has a head of eight bytes, the last four of which are its length (Docker's API,
 * "Attach to a container", stream format). Calls `take` for each piece that is whole.
 */
export function logReader(take: (text: string) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 8) {
      const end = 8 + rest.readUInt32BE(4);
      if (rest.length < end) return;
      take(rest.subarray(8, end).toString('utf8'));
      rest = rest.subarray(end);
    }
  };
}
