import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PortAllocator } from '../../src/managers/shared/ports/allocator.ts';

const range = { start: 28_410, end: 28_413 };
let servers: Server[];

beforeEach(() => {
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
});

function occupy(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  servers.push(server);
  return new Promise((resolve) => server.once('listening', resolve));
}

const allocator = (): PortAllocator => new PortAllocator(async () => 'process 7 (nginx)');

describe('PortAllocator', () => {
  it('takes the first free port and skips what strangers hold', async () => {
    await occupy(range.start);
    const ports = allocator();
    expect(await ports.allocate(range, 'a')).toBe(range.start + 1);
    expect(await ports.allocate(range, 'b')).toBe(range.start + 2);
  });

  it('never gives one port twice, however many ask at once', async () => {
    const ports = allocator();
    const given = await Promise.all([1, 2, 3, 4].map((n) => ports.allocate(range, String(n))));
    expect(new Set(given).size).toBe(4);
  });

  it('names the range and who holds it when there is none left, and reuses what was given back', async () => {
    await occupy(range.start);
    const one = { start: range.start, end: range.start + 1 };
    const ports = allocator();
    await ports.allocate(one, 'the code-server “api”');
    await expect(ports.allocate(one, 'x')).rejects.toMatchObject({
      code: 'ports-exhausted',
      message: `Every port from 28410 to 28411 is taken: 28410 by process 7 (nginx), 28411 by the code-server “api”.`,
    });
    ports.release(one.end);
    expect(await ports.allocate(one, 'x')).toBe(one.end);
  });

  it('prefers a port when it can be had, and leaves out what is to be avoided', async () => {
    const ports = allocator();
    expect(await ports.allocateAny({ range, holder: 'a', preferred: range.end })).toBe(range.end);
    expect(await ports.allocateAny({ range, holder: 'b', preferred: range.end })).toBe(range.start);
    expect(await ports.allocateAny({ range, holder: 'c', preferred: 80 })).toBe(range.start + 1);
    await expect(
      ports.allocateAny({
        range,
        holder: 'd',
        avoid: new Set([range.start + 2]),
        advice: { field: 'processes.ui.port.range', hint: 'Widen it.' },
      }),
    ).rejects.toMatchObject({ code: 'ports-exhausted', field: 'processes.ui.port.range', hint: 'Widen it.' });
    ports.release(range.start, 'a');
    expect(ports.holderOf(range.start)).toBe('b');
    ports.release(range.start, 'b');
    expect(ports.holderOf(range.start)).toBeUndefined();
  });

  it('sees who listens, whoever was given the port', async () => {
    const ports = allocator();
    await occupy(range.start);
    ports.hold(range.end, 'a');
    const looks = await Promise.all([range.start, range.end, range.end].map((port) => ports.isFree(port)));
    expect(looks).toEqual([false, true, true]);
  });

  it('says why a wanted port is not to be had', async () => {
    await occupy(range.start);
    const ports = allocator();
    await expect(ports.allocate(range, 'x', 80)).rejects.toMatchObject({ code: 'invalid', field: 'port' });
    await expect(ports.allocate(range, 'x', range.start)).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining('process 7 (nginx)') as string,
    });
    expect(await ports.allocate(range, 'x', range.end)).toBe(range.end);
  });
});
