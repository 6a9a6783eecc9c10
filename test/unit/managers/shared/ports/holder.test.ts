import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { findPortHolder, listeningInodes, portTaken } from '../../../../../src/managers/shared/ports/holder.ts';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F4A 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F4A 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0000000000000000 20 4 30 10 -1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0
   3: 00000000:1F4A 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000 100 0 0 10 0
`;

it('reads the kernel table: listeners of the port only', () => {
  expect(listeningInodes(table, 8010)).toEqual(['4711']);
  expect(listeningInodes(table, 22)).toEqual(['4713']);
  expect(listeningInodes(table, 80)).toEqual([]);
  expect(listeningInodes('', 80)).toEqual([]);
  expect(listeningInodes('header\nnonsense\n 0: x y', 80)).toEqual([]);
});

it.runIf(process.platform === 'linux').each(['127.0.0.1', '::'])('finds this very process on %s', async (host) => {
  const server = createServer();
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(0, host, () => resolve(true));
  });
  // A machine without IPv6 has nothing to find there.
  if (!listening) return;
  const { port } = server.address() as AddressInfo;
  const holder = await findPortHolder(port);
  const error = await portTaken(port);
  await new Promise((resolve) => server.close(resolve));
  expect(holder?.pid).toBe(process.pid);
  expect(holder?.command).toContain('node');
  expect(error).toMatchObject({ code: 'port-taken', field: 'port' });
  expect(error.message).toContain(`process ${process.pid} (`);
  expect(await findPortHolder(port)).toBeUndefined();
});
