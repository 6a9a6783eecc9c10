import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DokployApi, PortRow, Service } from '../../../../../src/managers/dokploy/api/types.ts';
import { claimSshPort } from '../../../../../src/managers/dokploy/machines/sshPortClaim.ts';

type Turn = <T>(work: () => T) => Promise<T>;

/** Applications as rows of ports. Every call takes effect when `turn` lets it, between any two calls of others. */
function server(names: readonly string[], turn: Turn, idOf: (count: number) => string) {
  const rows = new Map<string, PortRow[]>(names.map((name) => [name, []]));
  let made = 0;
  const service = (id: string): Service => ({
    kind: 'application',
    id,
    name: id,
    appName: id,
    description: '',
    status: 'idle',
    environmentId: 'e',
    projectId: 'p',
    serverId: null,
    serverAddress: null,
    env: '',
    dockerImage: null,
    composeFile: null,
    memoryLimit: null,
    cpuLimit: null,
    command: null,
    args: [],
    ports: [...(rows.get(id) ?? [])],
    mounts: [],
    domains: [],
    deployments: [],
  });
  const services = names.map((id) => ({ kind: 'application' as const, id, name: id, status: 'idle' as const }));
  const environments = [{ environmentId: 'e', name: 'e', isDefault: true, services }];
  const api: Pick<DokployApi, 'projects' | 'service'> = {
    projects: () => turn(() => [{ projectId: 'p', name: 'p', environments }]),
    service: ({ id }) => turn(() => service(id)),
  };
  return {
    api: api as DokployApi,
    rows,
    add(id: string, publishedPort: number): void {
      const portId = idOf((made += 1));
      rows.get(id)?.push({ portId, publishedPort, targetPort: 22, protocol: 'tcp', publishMode: 'host' });
    },
    drop(id: string, portId: string | undefined): void {
      rows.set(
        id,
        (rows.get(id) ?? []).filter((row) => row.portId !== portId),
      );
    },
  };
}

const first = 2222;

function claim(of: ReturnType<typeof server>, turn: Turn, id: string, last: number): Promise<number> {
  const context = {
    api: of.api,
    // A pause is one more turn: others may do anything meanwhile, or nothing.
    clock: {
      now: () => 0,
      monotonic: () => 0,
      after: (_ms: number, task: () => void) => {
        void turn(task);
        return () => undefined;
      },
    },
    signal: new AbortController().signal,
  };
  return claimSshPort(context, {
    kind: 'application',
    id,
    serverId: null,
    range: { from: first, to: last },
    avoid: new Set(),
    write: (port) => turn(() => of.add(id, port)),
    withdraw: async (claims) => {
      for (const { portId } of claims) await turn(() => of.drop(id, portId));
    },
  }).then(({ port }) => port);
}

describe('claims of ports', () => {
  it('are never shared, however the calls of the claimants fall between each other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 0, max: 3 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 999_999 })),
        async (scheduler, count, spare, ids) => {
          const turn: Turn = async (work) => {
            await scheduler.schedule(Promise.resolve());
            return work();
          };
          const names = Array.from({ length: count }, (_, index) => `s${String(index)}`);
          const of = server(names, turn, (made) => `${String(ids.next().value).padStart(6, '0')}-${String(made)}`);
          const good = new Map<string, number>();
          const all = names.map(async (id) => {
            const port = await claim(of, turn, id, first + count - 1 + spare);
            expect([...good.values()]).not.toContain(port);
            good.set(id, port);
          });
          await scheduler.waitFor(Promise.all(all));
          expect(new Set(good.values()).size).toBe(count);
          for (const [id, port] of good) expect(of.rows.get(id)?.map((row) => row.publishedPort)).toStrictEqual([port]);
        },
      ),
      { numRuns: 200 },
    );
  });

  const atOnce: Turn = (work) => Promise.resolve().then(work);

  it('do not take a port from who had it before, whose id may be higher', async () => {
    const of = server(['old', 'new'], atOnce, (made) => String(10 - made));
    of.add('old', first);
    expect(await claim(of, atOnce, 'new', first + 1)).toBe(first + 1);
    expect(of.rows.get('old')).toHaveLength(1);
  });

  it('are kept by who goes on, without what was written twice', async () => {
    const of = server(['one'], atOnce, String);
    of.add('one', first + 1);
    of.add('one', first + 1);
    expect(await claim(of, atOnce, 'one', first + 3)).toBe(first + 1);
    expect(of.rows.get('one')).toHaveLength(1);
  });

  it('end when there is no port left', async () => {
    const of = server(['old', 'new'], atOnce, String);
    of.add('old', first);
    await expect(claim(of, atOnce, 'new', first)).rejects.toMatchObject({
      code: 'ports-exhausted',
      field: 'sshPortRange',
    });
    expect(of.rows.get('new')).toStrictEqual([]);
  });
});
