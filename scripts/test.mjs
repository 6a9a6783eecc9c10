// `npm test`: everything, from a fresh clone on. `npm test -- unit lint` runs only those stages.
import { runUnderNode24 } from './lib/toolchain.mjs';

await runUnderNode24('scripts/lib/testStages.mjs', process.argv.slice(2));
