import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CodeServerDefinition } from '../../../../src/managers/codeServers/model.ts';
import { withNodeFlags } from '../../../../src/managers/codeServers/nodeFlags.ts';
import { type Temporary, temporaryFolder } from '../../../support/temporary.ts';

/** Starts itself once more, as code-server does, and says what that process is like. */
const program = `
if (process.argv[2] === undefined) {
  require('node:child_process').fork(__filename, ['inner']);
} else {
  const { heap_size_limit } = require('node:v8').getHeapStatistics();
  const { maxHeaderSize } = require('node:http');
  const { NODE_OPTIONS } = process.env;
  console.log(JSON.stringify({ maxHeaderSize, heapMb: Math.round(heap_size_limit / 2 ** 20), NODE_OPTIONS }));
}
`;

let folder: Temporary;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder[Symbol.asyncDispose]());

async function inner(memoryLimitMb: number | null, env: Record<string, string> = {}) {
  // Quotes and blanks in a path must not end it.
  const home = join(folder.path, String.raw`a "b" \c`);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'program.cjs'), program);
  const definition = { memoryLimitMb, env } as unknown as CodeServerDefinition;
  const ready = await withNodeFlags({ A: 'b', ...env }, definition, join(home, 'flags.cjs'));
  expect(ready['A']).toBe('b');
  const { stdout } = await promisify(execFile)(process.execPath, [join(home, 'program.cjs')], { env: ready });
  return JSON.parse(stdout) as { maxHeaderSize: number; heapMb: number; NODE_OPTIONS?: string };
}

it('gives the flags to what the server starts of itself, and NODE_OPTIONS to nobody', async () => {
  const { heapMb, ...rest } = await inner(300);
  expect(rest).toEqual({ maxHeaderSize: 65_536 });
  expect(heapMb).toBeGreaterThanOrEqual(300);
  expect(heapMb).toBeLessThan(600);
});

it('sets no limit where none is wanted', async () => {
  expect((await inner(null)).heapMb).toBeGreaterThan(600);
});

it('leaves the definition’s own NODE_OPTIONS as they are, and lets them win', async () => {
  const own = '--max_old_space_size=1000 --no-warnings';
  const { heapMb, ...rest } = await inner(300, { NODE_OPTIONS: own });
  expect(rest).toEqual({ maxHeaderSize: 65_536, NODE_OPTIONS: own });
  expect(heapMb).toBeGreaterThanOrEqual(1000);
});
