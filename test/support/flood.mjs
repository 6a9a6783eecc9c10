// Writes numbered lines to its standard output as fast as a child can, and says on its standard error how long it took.
// Arguments: tag, lines, bytes of each line. Lines are `TAG 1 xxx…`, as many of them in one write as fit into 64 KB.
// Says {ms, longestMs: of one write, blockedMs: neither running nor waiting for a core, beganAt: since the epoch}.
import { readFileSync, writeSync } from 'node:fs';

const [, , tag, lineCount, lineBytes] = process.argv;
const lines = Number(lineCount);
const filling = 'x'.repeat(Number(lineBytes));
const blockLines = Math.max(1, Math.floor(65_536 / Number(lineBytes)));
const width = Number(lineBytes) - 1;

/** Milliseconds that this thread ran, and that it wanted a core, see the kernel's Documentation/scheduler/sched-stats. */
function scheduledMs() {
  try {
    const [ran, waited] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return (Number(ran) + Number(waited)) / 1e6;
  } catch {
    // Only Linux counts it.
    return Number.NaN;
  }
}

let longestMs = 0;
const began = performance.now();
const scheduledBefore = scheduledMs();
for (let count = 0; count < lines;) {
  let block = '';
  const end = Math.min(lines, count + blockLines);
  while (count < end) {
    const head = `${tag} ${++count} `;
    block += head + filling.slice(0, width - head.length) + '\n';
  }
  const bytes = Buffer.from(block, 'latin1');
  const before = performance.now();
  for (let written = 0; written < bytes.length;) written += writeSync(1, bytes, written);
  longestMs = Math.max(longestMs, performance.now() - before);
}
const scheduled = scheduledMs() - scheduledBefore;
const ms = performance.now() - began;
const blockedMs = ms - scheduled;
process.stderr.write(JSON.stringify({ ms, longestMs, blockedMs, beganAt: performance.timeOrigin + began }));
