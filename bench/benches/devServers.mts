// Dev servers: how soon a save is built and answers, what twenty of them cost at once, and whether anything is lost or left.
import { Yard } from '../../test/integration/daemon/yard.ts';
import { measureIdleProjects } from '../devServers/idleProjects.mts';
import { measureLines } from '../devServers/lines.mts';
import { measureNewBackend } from '../devServers/newBackend.mts';
import { measureSaves } from '../devServers/saves.mts';
import { measureStubborn } from '../devServers/stubborn.mts';
import { measureTogether } from '../devServers/together.mts';
import type { World } from '../devServers/world.mts';
import type { Bench, Measured } from '../lib/bench.mts';

const sections: readonly ((world: World) => Promise<Measured>)[] = [
  measureSaves,
  measureNewBackend,
  measureTogether,
  measureIdleProjects,
  measureLines,
  measureStubborn,
];

export const bench: Bench = async ({ say }) => {
  const all: Measured[] = [];
  for (const section of sections) {
    // A daemon of its own: what one section leaves in its memory is no figure of the next.
    await using yard = await Yard.open();
    const { pid } = await yard.start();
    all.push(await section({ yard, client: await yard.client(), pid, say }));
  }
  return {
    figures: all.flatMap(({ figures }) => figures),
    notes: all.flatMap(({ notes = [] }) => notes),
    skipped: all.flatMap(({ skipped = [] }) => skipped),
  };
};
