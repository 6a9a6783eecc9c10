import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { defaultPortRange } from '../../../src/managers/devServers/manifest/schemaParts.ts';
import { PortLeases } from '../../../src/managers/devServers/process/leases.ts';
import { PortAllocator } from '../../../src/managers/shared/ports/allocator.ts';

const range = { start: 28_520, end: 28_521 };
const plan = { range, sticky: true, retry: 3 };
const fresh = { last: null, avoid: new Set<number>() };
const of = (ports: PortAllocator, process: string) => new PortLeases(ports, { pluginId: 'demo', process });

describe('PortLeases', () => {
  it('has the range that is documented', () => {
    expect(defaultPortRange).toEqual({ start: 15_173, end: 15_272 });
  });

  it('gives the last port again when the plan says so, and a port to one at a time', async () => {
    const ports = new PortAllocator(() => Promise.resolve('process 7 (nginx)'));
    const ui = await of(ports, 'ui').lease(plan, { ...fresh, last: range.end });
    expect(ui.port).toBe(range.end);
    const api = await of(ports, 'api').lease(plan, { ...fresh, last: range.end });
    expect(api.port).toBe(range.start);
    ui.release();
    const other = await of(ports, 'other').lease(plan, fresh);
    expect(other.port).toBe(range.end);
    // A second time it is no longer this one's to give back.
    ui.release();
    expect(ports.holderOf(range.end)).toBe('“other” of the project “demo”');
    api.release();
    other.release();
    expect((await of(ports, 'ui').lease({ ...plan, sticky: false }, { ...fresh, last: range.end })).port).toBe(
      range.start,
    );
  });

  it('says who has what, and which field is too narrow', async () => {
    const server = createServer().listen(range.end, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const ports = new PortAllocator(() => Promise.resolve('process 7 (nginx)'));
      await of(ports, 'api').lease(plan, fresh);
      await expect(of(ports, 'ui').lease(plan, fresh)).rejects.toMatchObject({
        code: 'ports-exhausted',
        field: 'processes.ui.port.range',
        message:
          'Every port from 28520 to 28521 is taken: 28520 by “api” of the project “demo”, 28521 by process 7 (nginx).',
        hint: expect.stringContaining('widen processes.ui.port.range') as string,
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('takes up the port of an adopted process, unless it was given away', async () => {
    const ports = new PortAllocator(() => Promise.resolve(undefined));
    const taken = of(ports, 'ui').take(range.start);
    expect(() => of(ports, 'api').take(range.start)).toThrow(/was given to “ui”/);
    taken.release();
    expect(of(ports, 'api').take(range.start).port).toBe(range.start);
  });
});
