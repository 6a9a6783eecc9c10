// `npm run package`: the extension as it would be published, as devyard.vsix.
import { runUnderNode24 } from './lib/toolchain.mjs';

await runUnderNode24('scripts/lib/packageHere.mjs', process.argv.slice(2));
