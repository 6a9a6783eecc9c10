import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './toolchain.mjs';
import { ensureVsix } from './vsix.mjs';

const file = join(root, 'devyard.vsix');
await ensureVsix(file);
// The stamp only serves who builds again and again.
await rm(`${file}.stamp`, { force: true });
