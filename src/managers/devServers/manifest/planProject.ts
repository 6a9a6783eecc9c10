import type { NodePath } from '../../shared/yaml/nodeValue.ts';
import type { BuildPlan, InstallPlan, ProjectPlan } from '../plan.ts';
import { planBuild } from './planBuild.ts';
import type { Planner } from './planner.ts';
import { type PartPlace, planProcess } from './planProcess.ts';
import { referenceFindings } from './references.ts';
import type { ManifestInstall, ManifestProject } from './schema.ts';

const fiveMinutes = 300_000;

/** The plan of a project that its preset has filled in. What is wrong is in the planner's findings; then the plan is not to be used. */
export function planProject(planner: Planner, project: ManifestProject, at: NodePath, root: string): ProjectPlan {
  const id = project.id ?? '';
  if (id === '') planner.report([...at, 'id'], 'is missing. Write a name for the project, as in “id: demo”.');
  planner.findings.push(...referenceFindings(project, at));
  const inner = planner.with({ root });
  const processes = new Map(
    Object.entries(project.processes ?? {}).map(([name, { port }]) => [name, port !== undefined]),
  );
  const placeOf = (kind: 'processes' | 'builds', name: string): PartPlace => ({
    name,
    at: [...at, kind, name],
    root,
    processes,
  });
  const builds = Object.entries(project.builds ?? {}).map(([name, build]) =>
    planBuild(inner, build, placeOf('builds', name), id),
  );
  const devinfo = project.external?.devinfo;
  checkOuts(planner, builds, at);
  if (processes.size === 0 && builds.length === 0 && devinfo === undefined) {
    const why = project.preset === undefined ? '' : `, and the preset ${project.preset} finds none in its folder`;
    planner.report(at, `has nothing to run${why}. Add processes, builds or external.devinfo.`);
  }
  return {
    pluginId: id,
    root,
    preset: project.preset ?? null,
    install: project.install === undefined ? null : installPlan(inner, project.install, [...at, 'install'], root),
    env: inner.environment([...at, 'env'], project.env, { own: undefined, processes }),
    envFile: project.envFile === undefined ? null : inner.inside([...at, 'envFile'], project.envFile, root),
    keepRunning: project.keepRunning ?? false,
    processes: Object.entries(project.processes ?? {}).map(([name, part]) =>
      planProcess(inner, part, placeOf('processes', name)),
    ),
    builds,
    devinfo: devinfo === undefined ? null : inner.anywhere([...at, 'external', 'devinfo'], devinfo, root),
  };
}

function installPlan(planner: Planner, given: ManifestInstall, at: NodePath, root: string): InstallPlan {
  const missing = given.when === 'always' ? null : given.when.slice('missing:'.length).trim();
  const noPorts = { own: undefined, processes: new Map<string, boolean>() };
  return {
    missing: missing === null ? null : planner.sought([...at, 'when'], missing, root),
    cwd: planner.cwd(at, given.cwd, root),
    command: planner.command([...at, 'command'], given.command, noPorts),
    timeoutMs: planner.duration(given.timeout, fiveMinutes),
  };
}

/** Two builds that write the same file would each deploy the other's. */
function checkOuts(planner: Planner, builds: readonly BuildPlan[], at: NodePath): void {
  const owners = new Map<string, string>();
  for (const { name, out } of builds) {
    const owner = owners.get(out);
    if (owner === undefined) owners.set(out, name);
    else
      planner.report([...at, 'builds', name, 'out'], `is also where the build “${owner}” writes. Choose another path.`);
  }
}
