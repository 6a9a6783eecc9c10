// Twenty trees stopped at once that ignore TERM, and hold a grandchild that left their group.
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProject, writeProject } from '../../test/integration/daemon/devYard.ts';
import type { Measured } from '../lib/bench.mts';
import { byHand, endGroups } from './byHand.mts';
import { added, manifest } from './projects.mts';
import type { World } from './world.mts';

const count = 20;
const rounds = 10;
const graceMs = 1000;
/** Of each tree: the shell, its child, that one's child, and the one in a session of its own. */
const members = 4;

const tree = `trap '' TERM
sh -c 'trap "" TERM; sleep 100000; :' &
setsid sleep 100000 &
wait
`;

export async function measureStubborn({ yard, client, say }: World): Promise<Measured> {
  const home = join(yard.path, 'stubborn');
  const projects: { readonly id: string; readonly folder: string }[] = [];
  for (let index = 0; index < count; index++) {
    const folder = join(home, String(index));
    const parts = `    processes:
      tree: { command: [sh, tree.sh], stop: { grace: ${String(graceMs)}ms } }
`;
    projects.push({
      folder,
      ...(await added(client, folder, { ...manifest(`tree${index}`, parts), 'tree.sh': tree })),
    });
  }
  const scripted = await Promise.all(
    projects.map((_, index) => writeProject(join(yard.path, 'by-hand-stubborn', String(index)), { 'tree.sh': tree })),
  );
  const late: number[] = [];
  const orphans: number[] = [];
  const byHandLate: number[] = [];
  const byHandOrphans: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    await Promise.all(projects.map(({ id }) => startProject(client, id)));
    await untilThere(home, count * members);
    let began = performance.now();
    await Promise.all(projects.map(({ id }) => client.call('devServers.stop', { params: { id } })));
    late.push(performance.now() - began - graceMs);
    orphans.push((await thoseIn(home)).length);

    const children = scripted.map((cwd) => byHand({ command: ['sh', 'tree.sh'], cwd }));
    const place = join(yard.path, 'by-hand-stubborn');
    await untilThere(place, count * members);
    began = performance.now();
    await endGroups(children, graceMs);
    byHandLate.push(performance.now() - began - graceMs);
    const left = await thoseIn(place);
    byHandOrphans.push(left.length);
    for (const pid of left) process.kill(pid, 'SIGKILL');
    say(`round ${round} of ${rounds}: grace + ${late.at(-1)?.toFixed(0) ?? ''} ms, ${String(orphans.at(-1))} orphans`);
  }
  const peer = 'a script: TERM, then KILL to each group';
  return {
    figures: [
      {
        what: `${count} trees that ignore TERM stopped together: longer than their grace of ${graceMs} ms`,
        unit: 'ms',
        samples: late,
        peer: { what: peer, samples: byHandLate },
        goal: { of: 'max', limit: 500 },
      },
      {
        what: 'the same: processes left',
        unit: 'processes',
        samples: orphans,
        peer: { what: peer, samples: byHandOrphans },
        goal: { of: 'max', limit: 0 },
      },
    ],
  };
}

/** Pids of the live processes whose working folder lies in `folder`. */
async function thoseIn(folder: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const place = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      return place.startsWith(`${folder}/`) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

async function untilThere(folder: string, wanted: number): Promise<void> {
  for (let waited = 0; (await thoseIn(folder)).length < wanted; waited += 50) {
    if (waited > 20_000) throw new Error(`of ${wanted} processes in ${folder} only some came`);
    await sleep(50);
  }
}
