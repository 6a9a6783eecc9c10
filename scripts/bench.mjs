// `npm run bench`: every benchmark beside its peer. `npm run bench -- start idle` runs only those. See bench/README.md.
import { runUnderNode24 } from './lib/toolchain.mjs';

await runUnderNode24('bench/run.mts', process.argv.slice(2));
