// `npm start`: from a fresh clone to a real editor with Devyard in it. `npm start -- --port N` chooses the port.
import { runUnderNode24 } from './lib/toolchain.mjs';

await runUnderNode24('scripts/lib/demo.mjs', process.argv.slice(2));
