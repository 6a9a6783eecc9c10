import type { Clock } from '../../shared/clock.ts';
import { addressHint, answerFailure } from './answerFailure.ts';
import { type Decode, ShapeError } from './decode.ts';
import { DokployFailure } from './failure.ts';
import { repeating } from './retry.ts';
import { type CallSite, transportFailure } from './transportFailure.ts';
import type { CallOptions, HttpPort, HttpRequest, HttpResponse } from './types.ts';

export interface CallerOptions {
  readonly http: HttpPort;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Origin of the server. */
  readonly url: string;
  readonly apiKey: string;
}

export interface OneCall extends CallOptions {
  readonly timeoutMs?: number;
  /** Besides the key, what may not appear in an error. */
  readonly secrets?: readonly string[];
}

type Query = Readonly<Record<string, string | number | null>>;

/** Calls of procedures: `GET` with a query for what reads, `POST` with JSON for what changes. Reject with DokployFailure. */
export interface Caller {
  /** Parts of `query` that are null are left out. */
  readonly read: <T>(call: string, query: Query, decode: Decode<T>, options?: OneCall) => Promise<T>;
  readonly change: <T>(call: string, input: object, decode: Decode<T>, options?: OneCall) => Promise<T>;
  /** A read that shows the key to nobody. */
  readonly ping: <T>(call: string, decode: Decode<T>, options?: OneCall) => Promise<T>;
}

/** Milliseconds for what Dokploy answers from its database or one Docker command. */
const usualMs = 15_000;

export function createCaller({ http, clock, random, url, apiKey }: CallerOptions): Caller {
  const { host, origin } = new URL(url);
  const key = { 'x-api-key': apiKey };

  async function once<T>(
    call: string,
    request: HttpRequest,
    decode: Decode<T>,
    secrets: readonly string[],
  ): Promise<T> {
    const site = { call, host, isReading: request.method === 'GET' };
    let answer: HttpResponse;
    try {
      answer = await http.request(request);
    } catch (error) {
      throw transportFailure(error, site);
    }
    const { status } = answer;
    if (status < 200 || status >= 300) {
      throw answerFailure(answer, { ...site, secrets: [apiKey, ...secrets], now: clock.now() });
    }
    return decoded(answer, decode, site);
  }

  function send<T>(call: string, request: HttpRequest, decode: Decode<T>, options: OneCall): Promise<T> {
    const isReading = request.method === 'GET';
    const { signal, secrets = [] } = options;
    return repeating(() => once(call, request, decode, secrets), { clock, random, isReading, signal });
  }

  const target = (call: string): string => `${origin}/api/${call}`;
  const accept = { Accept: 'application/json' };

  return {
    read(call, query, decode, options = {}) {
      const { signal, timeoutMs = usualMs } = options;
      const headers = { ...accept, ...key };
      return send(
        call,
        { method: 'GET', url: target(call) + queryOf(query), headers, timeoutMs, signal },
        decode,
        options,
      );
    },
    ping(call, decode, options = {}) {
      const { signal, timeoutMs = usualMs } = options;
      return send(call, { method: 'GET', url: target(call), headers: accept, timeoutMs, signal }, decode, options);
    },
    change(call, input, decode, options = {}) {
      const { signal, timeoutMs = usualMs } = options;
      const headers = { ...accept, ...key, 'Content-Type': 'application/json' };
      const body = JSON.stringify(input);
      return send(call, { method: 'POST', url: target(call), headers, body, timeoutMs, signal }, decode, options);
    },
  };
}

export function queryOf(query: Query): string {
  const given = Object.entries(query).filter((entry): entry is [string, string | number] => entry[1] !== null);
  if (given.length === 0) return '';
  return `?${given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}

/** Many calls answer 200 and nothing, though they call it JSON. */
function decoded<T>({ text, status }: HttpResponse, decode: Decode<T>, site: CallSite): T {
  const { call, host } = site;
  let value: unknown;
  try {
    value = text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    throw new DokployFailure('not-dokploy', `${host} answered ${call} with something else than Dokploy’s API does.`, {
      ...site,
      status,
      hint: addressHint,
      cause: error,
    });
  }
  try {
    return decode(value, '');
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new DokployFailure(
      'malformed',
      `Dokploy at ${host} answered ${call} in an unknown shape: ${error.message}.`,
      {
        ...site,
        status,
        hint: 'Devyard needs Dokploy 0.30. See the version of this server.',
        cause: error,
      },
    );
  }
}
