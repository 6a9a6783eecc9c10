import { request, type IncomingMessage, type OutgoingHttpHeaders, type RequestOptions } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly text: string;
}

/** One request on a connection of its own. */
export async function ask(
  to: RequestOptions,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders | readonly string[] = {},
  body?: string | Buffer,
): Promise<Answer> {
  const answer = await open(to, method, path, headers, body);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    rawHeaders: answer.rawHeaders,
    text: Buffer.concat(chunks).toString(),
  };
}

/** The head of an answer, its body still to be read. */
export function open(
  to: RequestOptions,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders | readonly string[] = {},
  body?: string | Buffer,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent: false, ...to, method, path, headers });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Writes bytes and gives everything that comes back until the peer closes. */
export function raw(port: number, text: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** Resolves with what was read once it satisfies the condition. */
export function readUntil(socket: Socket | IncomingMessage, done: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (!done(text)) return;
      socket.off('data', onData);
      resolve(text);
    };
    socket.on('data', onData);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`closed after: ${text.slice(-500)}`)));
  });
}

export function closed(stream: Socket | IncomingMessage): Promise<void> {
  return new Promise((resolve) => stream.once('close', () => resolve()));
}
