import { createWriteStream } from 'node:fs';

import { openLogStore } from '../../../src/managers/shared/logs/logStore.ts';

/**
 * A daemon as far as logs go, made to be killed: resumes the run, follows it and notes in a file of its own what it
 * published. Arguments: folder, note file, limits as JSON.
 */
const [dir = '', noteFile = '', limits = '{}'] = process.argv.slice(2);
const store = await openLogStore({ dir, limits: JSON.parse(limits) as object });
const log = await store.open('killed');
await log.resumeRun('run');
log.append('system', `daemon ${process.pid} began`);
const notes = createWriteStream(noteFile, { flags: 'a' });
// Following keeps no process alive; the daemon's server does that in real life.
setInterval(() => undefined, 60_000);
process.stdout.write('ready\n');
for await (const batch of log.follow(log.lastSeq, new AbortController().signal)) {
  // The first and the last of a batch are enough to notice a number that was given twice.
  for (const entry of [batch[0], batch.at(-1)]) {
    if (entry?.kind === 'line') notes.write(`${entry.seq} ${entry.text}\n`);
  }
}
