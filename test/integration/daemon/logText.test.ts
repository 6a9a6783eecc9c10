import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DevyardClient } from '../../../src/api/client/client.ts';
import { logTextPath } from '../../../src/api/contract/routes.ts';
import { Yard } from './yard.ts';

let yard: Yard;
let client: DevyardClient;
let origin: string;

beforeAll(async () => {
  yard = await Yard.open();
  origin = (await yard.start('--listen', '127.0.0.1:0')).url ?? '';
  client = await yard.client();
});
afterAll(() => yard[Symbol.asyncDispose]());

const fetchLog = async (id: string): Promise<Response> =>
  fetch(`${origin}${logTextPath(id)}`, { headers: { authorization: `Bearer ${await yard.token()}` } });

it('gives the whole log as text, long lines in one piece, and ends', async () => {
  const long = 'L'.repeat(3_000_000);
  const { id } = await yard.create(client, 'wordy', { longLine: long.length, noNewline: true });
  expect(await (await fetchLog(id)).text()).toBe('');
  await client.call('codeServers.start', { params: { id }, body: { wait: true } });
  await client.call('codeServers.stop', { params: { id } });
  const answer = await fetchLog(id);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const lines = (await answer.text()).split('\n');
  expect(lines.at(-1)).toBe('');
  expect(lines.find((line) => line.endsWith(long))).toMatch(/^\S+Z \[stdout\] L/);
  expect(lines.some((line) => / \[stdout\] a last text without an end/.test(line))).toBe(true);
  expect(lines.at(-2)).toMatch(/ \[system\] Stopped\.$/);
});

it('is not found for what there is not', async () => {
  expect((await fetchLog('01890000-0000-7000-8000-0000000000ff')).status).toBe(404);
});
