import { get, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { get as getSecurely, request as requestSecurely } from 'node:https';
import type { HttpProbe } from '../managers/devServers/process/ports.ts';
import { errnoOf, messageOf } from '../managers/shared/errors.ts';

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ABORT_ERR: 'no answer',
};

/** On a connection of its own; a certificate that a dev server made for itself will do. */
function optionsFor(timeoutMs: number, signal: AbortSignal): RequestOptions & { readonly rejectUnauthorized: boolean } {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  return { signal: limit, agent: false, rejectUnauthorized: false };
}

const isSecure = (url: string): boolean => url.startsWith('https:');

/** One `GET`; only the status matters, so the body is not read. */
export const probe: HttpProbe = (url, timeoutMs, signal) =>
  new Promise((resolve) => {
    const ask = isSecure(url) ? getSecurely : get;
    const call = ask(url, optionsFor(timeoutMs, signal), (response: IncomingMessage) => {
      resolve({ status: response.statusCode ?? 0 });
      response.destroy();
    });
    call.on('error', (error) => resolve({ failure: words[errnoOf(error) ?? ''] ?? messageOf(error) }));
  });

/** One request without a body. Rejects unless the answer is below 400. */
export function send(method: string, url: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
  // Without the query, which may hold what nobody shall read.
  const { origin, pathname } = new URL(url);
  const shown = origin + pathname;
  return new Promise((resolve, reject) => {
    const ask = isSecure(url) ? requestSecurely : request;
    const call = ask(url, { ...optionsFor(timeoutMs, signal), method }, (response: IncomingMessage) => {
      const { statusCode = 0 } = response;
      response.destroy();
      if (statusCode < 400) resolve();
      else reject(new Error(`${shown} answered ${String(statusCode)}`));
    });
    call.on('error', (error) => reject(new Error(`${shown}: ${words[errnoOf(error) ?? ''] ?? messageOf(error)}`)));
    call.end();
  });
}
