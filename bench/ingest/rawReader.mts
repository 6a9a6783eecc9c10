// The least that can do a follower's job: reads a flood from a plain file and checks its numbers. Arguments: file, tag,
// lines. Says how many ms it took.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Tally } from './tally.mts';

const [, , file = '', tag = '', wanted = '0'] = process.argv;
const began = performance.now();
const tally = new Tally(tag, Number(wanted), ({ wrong }) => {
  if (wrong > 0) throw new Error(`${wrong} lines are wrong in a plain file`);
  process.send?.(performance.now() - began, () => process.exit());
});
for await (const line of createInterface({ input: createReadStream(file, { highWaterMark: 1024 * 1024 }) }))
  tally.line(line);
