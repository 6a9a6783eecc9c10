import { queryOf } from './caller.ts';
import { DokployFailure } from './failure.ts';
import { transportFailure } from './transportFailure.ts';
import type { DokployApi, HttpPort } from './types.ts';

export interface LiveLogOptions {
  readonly http: HttpPort;
  readonly url: string;
  readonly apiKey: string;
}

/** Milliseconds to open the WebSocket in. */
const openMs = 15_000;

/**
 * `/listen-deployment` follows a log file and never ends by itself. To a key that it does not take, or a file outside of
 * its folder of logs, it says nothing at all and closes.
 */
export async function* followDeployment(
  options: LiveLogOptions,
  logPath: string,
  serverId: string | null,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const call = 'listen-deployment';
  let isSilent = true;
  for await (const text of frames(options, call, { logPath, serverId }, signal)) {
    isSilent = false;
    yield text;
  }
  if (!isSilent || signal.aborted) return;
  const { host } = new URL(options.url);
  throw new DokployFailure('forbidden', `Dokploy at ${host} closed the log without a word (${call}).`, {
    call,
    host,
    hint: 'Test the server: the key may have been deleted, or its limit may be used up.',
  });
}

/** `/docker-container-logs` ends with the container on a remote server only. For a swarm service the id is that of a task. */
export async function* followContainer(
  options: LiveLogOptions,
  { containerId, kind, serverId, tail }: Parameters<DokployApi['followContainer']>[0],
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const runType = kind === 'application' ? 'swarm' : 'native';
  // Older versions put a missing `since` into the command as it is.
  const query = { containerId, runType, tail, since: 'all', serverId };
  // They also have a terminal in between, which adds a carriage return to each line.
  let held = '';
  for await (const text of frames(options, 'docker-container-logs', query, signal)) {
    const all = held + text;
    held = all.endsWith('\r') ? '\r' : '';
    const whole = all.slice(0, all.length - held.length).replaceAll('\r\n', '\n');
    if (whole !== '') yield whole;
  }
}

async function* frames(
  { http, url, apiKey }: LiveLogOptions,
  call: string,
  query: Readonly<Record<string, string | number | null>>,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const { host, origin } = new URL(url);
  const wish = {
    url: `${origin}/${call}${queryOf(query)}`,
    headers: { 'x-api-key': apiKey },
    timeoutMs: openMs,
    signal,
  };
  try {
    yield* http.frames(wish);
  } catch (error) {
    throw transportFailure(error, { call, host, isReading: true });
  }
}
