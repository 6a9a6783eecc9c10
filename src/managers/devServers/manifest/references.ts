import { nearest } from '../../shared/nearest.ts';
import { dotted, type Finding } from '../../shared/yaml/issueText.ts';
import type { NodePath } from '../../shared/yaml/nodeValue.ts';
import { findCycle } from './cycles.ts';
import type { ManifestProject } from './schema.ts';

/** Names that nothing has, or two have, and parts that wait for each other in a circle. */
export function referenceFindings(project: ManifestProject, at: NodePath): readonly Finding[] {
  const processes = Object.entries(project.processes ?? {});
  const builds = Object.entries(project.builds ?? {});
  const processNames = new Set(processes.map(([name]) => name));
  const names = new Set([...processNames, ...builds.map(([name]) => name)]);
  const twice = builds
    .filter(([name]) => processNames.has(name))
    .map(([name]): Finding => {
      const here = [...at, 'builds', name];
      const message = `“${dotted(here)}” has the name of a process. Choose another one: both are referred to by name.`;
      return { path: here, ofKey: true, message };
    });
  const parts = [
    ...processes.map(([name, part]) => ({ name, dependsOn: part.dependsOn ?? [], here: [...at, 'processes', name] })),
    ...builds.map(([name, part]) => ({ name, dependsOn: part.dependsOn ?? [], here: [...at, 'builds', name] })),
  ];
  const unknown = parts.flatMap(({ dependsOn, here }) =>
    dependsOn.flatMap((name, index) =>
      names.has(name) ? [] : [strange([...here, 'dependsOn', index], name, 'process or build', names)],
    ),
  );
  const unknownRestarts = builds.flatMap(([name, { reload = [] }]) =>
    reload.flatMap(({ restart }, index) =>
      restart === undefined || processNames.has(restart)
        ? []
        : [strange([...at, 'builds', name, 'reload', index, 'restart'], restart, 'process', processNames)],
    ),
  );
  return [...twice, ...unknown, ...unknownRestarts, ...cycleFindings(parts)];
}

interface Part {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly here: NodePath;
}

function cycleFindings(parts: readonly Part[]): readonly Finding[] {
  const cycle = findCycle(new Map(parts.map(({ name, dependsOn }) => [name, dependsOn])));
  const first = parts.findLast(({ name }) => name === cycle?.[0]);
  if (cycle === undefined || first === undefined) return [];
  const path = [...first.here, 'dependsOn'];
  const message = `“${dotted(path)}” makes a circle in which nothing can start first: ${cycle.join(' → ')}. Take one of these out.`;
  return [{ path, message }];
}

function strange(path: NodePath, name: string, what: string, known: ReadonlySet<string>): Finding {
  const meant = nearest(name, known);
  const there = known.size === 0 ? `There is no ${what}.` : `There are: ${[...known].join(', ')}.`;
  const fix = meant === undefined ? there : `Did you mean “${meant}”?`;
  return {
    path,
    message: `“${dotted(path)}” names “${name.slice(0, 60)}”, which is no ${what} of this project. ${fix}`,
  };
}
