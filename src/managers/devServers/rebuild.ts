import type { BuildPart } from './buildPart.ts';
import type { Rebuilt } from './ports.ts';
import type { Session } from './session.ts';

type Outcome = Rebuilt['builds'][number];

/**
 * Builds now: what another build needs before it, and what has not had its turn yet when its turn comes, which it does by
 * itself. Answers for each of them.
 */
export async function rebuildAll(builds: readonly BuildPart[], session: Session): Promise<Outcome[]> {
  const begun = new Set(builds.filter(({ isBegun }) => isBegun));
  const outcomes = new Map<BuildPart, Promise<Outcome>>();
  const outcomeOf = (build: BuildPart): Promise<Outcome> => {
    const known = outcomes.get(build);
    if (known !== undefined) return known;
    const needed = builds.filter(({ name }) => build.dependsOn.includes(name)).map(outcomeOf);
    const outcome = rebuildOne(build, needed, begun, session, outcomeOf);
    outcomes.set(build, outcome);
    return outcome;
  };
  return Promise.all(builds.map(outcomeOf));
}

async function rebuildOne(
  build: BuildPart,
  needed: readonly Promise<Outcome>[],
  begun: ReadonlySet<BuildPart>,
  session: Session,
  outcomeOf: (build: BuildPart) => Promise<Outcome>,
): Promise<Outcome> {
  const { name } = build;
  if (!begun.has(build)) {
    // Nobody knows whether its turn comes before those are built.
    await Promise.all([...begun].map(outcomeOf));
    await session.settled(undefined, name);
    return { name, ...build.outcome };
  }
  const failed = (await Promise.all(needed)).find(({ success }) => !success);
  if (failed !== undefined) return { name, success: false, error: `“${failed.name}”, which it needs, failed` };
  return { name, ...(await build.rebuild()) };
}
