// Remote workspaces: what Devyard adds to Dokploy, to SSH, and to a machine on which nobody looks.
import { Yard } from '../../test/integration/daemon/yard.ts';
import { measureCommands } from '../dokploy/commands.mts';
import { measureCreation } from '../dokploy/creation.mts';
import { measureMany } from '../dokploy/many.mts';
import { measureStatus } from '../dokploy/status.mts';
import { measureThroughput } from '../dokploy/throughput.mts';
import type { World } from '../dokploy/world.mts';
import type { Bench, Measured } from '../lib/bench.mts';

const sections: readonly ((world: World) => Promise<Measured>)[] = [
  measureStatus,
  measureCommands,
  measureThroughput,
  measureCreation,
  measureMany,
];

export const bench: Bench = async ({ product, say }) => {
  const all: Measured[] = [];
  for (const section of sections) {
    // A daemon of its own: what one section leaves in its memory is no figure of the next.
    await using yard = await Yard.open();
    const { pid } = await yard.start();
    all.push(await section({ product, yard, client: await yard.client(), pid, say }));
  }
  return {
    figures: all.flatMap(({ figures }) => figures),
    notes: all.flatMap(({ notes = [] }) => notes),
    skipped: all.flatMap(({ skipped = [] }) => skipped),
  };
};
