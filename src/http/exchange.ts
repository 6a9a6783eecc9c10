import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { HttpFailure, type HttpResponse } from '../managers/dokploy/api/types.ts';
import { type Limit, onAbort } from './limit.ts';
import { ended, refused, torn } from './problems.ts';

/**
 * Sends one request and reads the answer whole. `open` makes the request, whose agent hands it a socket only when that is
 * connected and trusted: what fails before was not sent. Rejects with HttpFailure.
 */
export function exchange(
  open: () => ClientRequest,
  body: string | undefined,
  maxBytes: number,
  limit: Limit,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let wasSent = false;
    let outgoing: ClientRequest;
    try {
      outgoing = open();
    } catch (error) {
      // Such as a header that holds a line end.
      reject(refused(error));
      return;
    }
    const forget = onAbort(limit.signal, () => fail(undefined));
    function fail(error: unknown): void {
      forget();
      outgoing.destroy();
      if (limit.signal.aborted) reject(ended(limit, wasSent));
      else reject(wasSent ? torn(error) : refused(error));
    }
    outgoing.on('error', fail);
    outgoing.once('socket', () => {
      wasSent = true;
    });
    outgoing.once('response', (incoming) => {
      textOf(incoming, maxBytes).then((text) => {
        forget();
        resolve({ status: incoming.statusCode ?? 0, headers: flat(incoming.headers), text });
      }, fail);
    });
    outgoing.end(body);
  });
}

async function textOf(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new HttpFailure('too-large', `the answer has more than ${String(maxBytes)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, [value].flat().join(', ')]);
  return Object.fromEntries(pairs);
}
