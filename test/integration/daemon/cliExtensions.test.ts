import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureCodeServer } from '../../../scripts/lib/codeServer.mjs';
import type { CodeServer } from '../../../src/api/contract/codeServers.ts';
import { writeVsix } from '../../support/vsix.ts';
import { cliJson, runCli } from './cliRun.ts';
import { Yard } from './yard.ts';

let yard: Yard;

beforeAll(async () => {
  const { layout, reason } = { reason: undefined, ...(await ensureCodeServer()) };
  if (layout === undefined) throw new Error(reason);
  yard = await Yard.open();
  yard.env['PATH'] = `${dirname(layout.launcher)}:${process.env['PATH'] ?? ''}`;
  await yard.start();
}, 300_000);

afterAll(() => yard[Symbol.asyncDispose]());

it('keeps the extension that could be installed, and says which could not', async () => {
  await writeVsix(yard.path, { publisher: 'test', name: 'good' });
  await writeFile(join(yard.path, 'bad.vsix'), 'no package');
  await runCli(yard, 'code-server', 'create', 'real');
  const outcome = await runCli(yard, 'code-server', 'install-extension', 'real', 'bad.vsix', 'test.good.vsix');
  expect(outcome).toMatchObject({ code: 1, stdout: '' });
  expect(outcome.stderr).toMatch(
    /✗ \S+bad\.vsix\n[^]*✓ \S+test\.good\.vsix\n[^]*1 of 2 failed\.\n {2}✗ \S+bad\.vsix: /,
  );
  const [server] = await cliJson<CodeServer[]>(yard, 'code-server', 'list');
  expect(server?.extensions).toEqual(['test.good']);
});
