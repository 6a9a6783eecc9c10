// Follows the log of a project with the product's own client. Arguments: data directory, id, tag, lines. Says `ready` when it
// is connected, and a Result when it has seen the last line.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '../../src/api/client/client.ts';
import { parseDaemonFile } from '../../src/api/contract/discovery.ts';
import { Tally } from '../ingest/tally.mts';

const [, , dataDir = '', id = '', tag = '', wanted = '0'] = process.argv;

const tally = new Tally(tag, Number(wanted), (result) => process.send?.({ ...result, jumps }, () => process.exit()));
const file = parseDaemonFile(await readFile(join(dataDir, 'daemon.json'), 'utf8'));
if (file === undefined) throw new Error('there is no discovery file');
const client = createClient({ socket: file.socket, token: file.token });
const { lastSeq } = await client.call('devServers.logs', { params: { id }, query: { count: 1 } });

/** Sequence numbers that did not follow one another although no gap says so. */
let jumps = 0;
let newest = lastSeq;
process.send?.('ready');
for await (const entries of client.devServerLogs(id, lastSeq, new AbortController().signal)) {
  for (const entry of entries) {
    if (entry.seq !== newest + 1) jumps++;
    newest = entry.kind === 'line' ? entry.seq : entry.seq + entry.droppedLines - 1;
    if (entry.kind === 'gap') tally.gap(entry.droppedLines);
    else if (entry.source === 'stdout') tally.line(entry.text);
  }
}
