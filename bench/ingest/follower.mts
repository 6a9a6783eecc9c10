// One follower of a code-server's log. Arguments: kind, data directory, id, number of the newest entry, tag, lines.
// Says `ready` when it is connected, and a Result when it has seen the last line.
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { createClient } from '../../src/api/client/client.ts';
import { type DaemonFile, parseDaemonFile } from '../../src/api/contract/discovery.ts';
import { logStreamPath } from '../../src/api/contract/routes.ts';
import { Tally } from './tally.mts';

const [, , kind, dataDir = '', id = '', newest = '0', tag = '', wanted = '0'] = process.argv;

const tally = new Tally(tag, Number(wanted), (result) => process.send?.(result, () => process.exit()));
const ready = (): void => void process.send?.('ready');

/** The product's own client, on the stream that its editor uses. */
async function sse({ socket, token }: DaemonFile): Promise<void> {
  const client = createClient({ socket, token });
  let first = true;
  // The newest entry comes again, at once, and says that the stream is open.
  for await (const entries of client.logs(id, Number(newest) - 1, new AbortController().signal)) {
    if (first) ready();
    first = false;
    for (const entry of entries) {
      if (entry.kind === 'line') tally.line(entry.text);
      else tally.gap(entry.droppedLines);
    }
  }
  throw new Error('the stream ended');
}

interface LogMessage {
  readonly type: string;
  readonly log?: { readonly source: string; readonly message: string };
}

/** The original's log socket. */
function webSocket({ socket, token }: DaemonFile): void {
  const ws = new WebSocket(`ws+unix://${socket}:/ws/logs/${id}`, { headers: { Authorization: `Bearer ${token}` } });
  ws.on('error', fail);
  ws.on('close', (code) => fail(new Error(`closed with ${String(code)}`)));
  ws.on('message', (data) => {
    const { type, log } = JSON.parse((data as Buffer).toString('utf8')) as LogMessage;
    if (type === 'initial_logs') ready();
    if (log === undefined) return;
    const dropped = log.source === 'system' ? /^(\d+) lines .* were dropped here\.$/.exec(log.message)?.[1] : undefined;
    if (dropped === undefined) tally.line(log.message);
    else tally.gap(Number(dropped));
  });
}

/** Asks for the stream and reads nothing of it. */
function stalled({ socket, token }: DaemonFile): void {
  const connection = connect(socket, () => {
    const path = `${logStreamPath(id)}?after=${newest}`;
    connection.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`, ready);
  });
  connection.on('error', fail);
}

function fail(error: unknown): never {
  process.stderr.write(`${kind ?? ''}: ${String(error)}\n`);
  process.exit(1);
}

const file = parseDaemonFile(await readFile(join(dataDir, 'daemon.json'), 'utf8'));
if (file === undefined) fail('there is no discovery file');
else if (kind === 'sse') sse(file).catch(fail);
else if (kind === 'webSocket') webSocket(file);
else stalled(file);
