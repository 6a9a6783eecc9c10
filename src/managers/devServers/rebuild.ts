import { DevyardError } from '../shared/errors.ts';
import type { BuildPart } from './buildPart.ts';
import type { Rebuilt } from './ports.ts';
import type { Session } from './session.ts';

type Outcome = Rebuilt['builds'][number];

export interface Rebuild {
  readonly pluginId: string;
  readonly builds: readonly BuildPart[];
  readonly session: Session | undefined;
  /** Only this one; undefined: all of them. */
  readonly name: string | undefined;
}

/**
 * Builds now: after what they need, and those that have not had their turn yet when it comes, which it does by itself. Answers
 * for each of them. Throws `wrong-state` while the project does not run, `not-found` for a build it does not have.
 */
export async function rebuild({ builds, name, pluginId, session }: Rebuild): Promise<Outcome[]> {
  const chosen = builds.filter((build) => name === undefined || build.name === name);
  if (chosen.length === 0) {
    const which = name === undefined ? 'has no build' : `has no build “${name}”`;
    throw new DevyardError('not-found', `${pluginId} ${which}.`, { field: 'build' });
  }
  if (session === undefined || session.signal.aborted) {
    throw new DevyardError('wrong-state', `${pluginId} does not run.`, { hint: 'Start it first.' });
  }
  const begun = chosen.filter(({ isBegun }) => isBegun);
  const outcomes = new Map<BuildPart, Promise<Outcome>>();
  const outcomeOf = (build: BuildPart): Promise<Outcome> => {
    const outcome = outcomes.get(build) ?? afterNeeded(build, begun, outcomeOf);
    outcomes.set(build, outcome);
    return outcome;
  };
  await Promise.all(begun.map(outcomeOf));
  return Promise.all(
    chosen.map(async (build) => {
      const known = outcomes.get(build);
      if (known !== undefined) return known;
      await session.settled(undefined, build.name);
      return { name: build.name, ...build.outcome };
    }),
  );
}

async function afterNeeded(
  build: BuildPart,
  begun: readonly BuildPart[],
  outcomeOf: (build: BuildPart) => Promise<Outcome>,
): Promise<Outcome> {
  const needed = await Promise.all(begun.filter(({ name }) => build.dependsOn.includes(name)).map(outcomeOf));
  const failed = needed.find(({ success }) => !success);
  if (failed === undefined) return { name: build.name, ...(await build.rebuild()) };
  return { name: build.name, success: false, error: `“${failed.name}”, which it needs, failed` };
}
