import { join } from 'node:path';
import type { NodePath } from '../../shared/yaml/nodeValue.ts';
import type { BuildPlan, DeployStep, MatcherPlan, ReloadStep, WatchPlan } from '../plan.ts';
import { globFault } from './paths.ts';
import { matcherFault } from './patterns.ts';
import { type PortScope, withSamplePorts } from './placeholders.ts';
import type { Planner } from './planner.ts';
import { isLoopbackUrl, type PartPlace, unique } from './planProcess.ts';
import type { ManifestBuild } from './schema.ts';

const tenMinutes = 600_000;
const debounceMs = 50;

/**
 * Where a build's result goes that names no place: in a folder with a dot, which is not watched, apart from those of other
 * projects in the same folder.
 */
export const defaultOut = (root: string, projectId: string, build: string): string =>
  join(root, '.devyard', 'build', projectId, build);

export function planBuild(
  planner: Planner,
  given: ManifestBuild,
  { name, at, root, processes }: PartPlace,
  projectId: string,
): BuildPlan {
  const out =
    given.out === undefined ? defaultOut(root, projectId, name) : planner.inside([...at, 'out'], given.out, root);
  const ports: PortScope = { own: undefined, processes };
  const inner = planner.with({ out });
  const cwd = planner.cwd(at, given.cwd, root);
  return {
    name,
    cwd,
    dependsOn: unique(given.dependsOn),
    command: inner.command([...at, 'command'], given.command, ports),
    env: inner.environment([...at, 'env'], given.env, ports),
    timeoutMs: planner.duration(given.timeout, tenMinutes),
    watch: given.watch === undefined ? null : watchPlan(planner, given.watch, [...at, 'watch']),
    onChangeWhileBuilding: given.onChangeWhileBuilding ?? 'cancel',
    problems: (given.problems ?? []).map((matcher, index) => matcherPlan(planner, matcher, [...at, 'problems', index])),
    out,
    deploy: (given.deploy ?? []).map((step, index): DeployStep => {
      const here = [...at, 'deploy', index];
      return {
        from: inner.inside([...here, 'from'], step.from ?? '${out}', root),
        to: inner.anywhere([...here, 'to'], step.to, root),
      };
    }),
    reload: (given.reload ?? []).flatMap((step, index) =>
      reloadStep(inner, step, { at: [...at, 'reload', index], root, ports }),
    ),
  };
}

function watchPlan(planner: Planner, given: NonNullable<ManifestBuild['watch']>, at: NodePath): WatchPlan {
  const globs = (key: 'include' | 'exclude'): readonly string[] =>
    (given[key] ?? []).map((glob, index) => {
      const fault = globFault(glob);
      if (fault !== undefined) planner.report([...at, key, index], fault);
      return glob;
    });
  return {
    include: globs('include'),
    exclude: globs('exclude'),
    debounceMs: planner.duration(given.debounce, debounceMs),
  };
}

function matcherPlan(
  planner: Planner,
  given: NonNullable<ManifestBuild['problems']>[number],
  at: NodePath,
): MatcherPlan {
  if (typeof given === 'string') return { type: given };
  const fault = matcherFault(given.pattern);
  if (fault !== undefined) planner.report([...at, 'pattern'], `cannot be used. ${fault}`);
  return { type: 'pattern', name: given.name, pattern: given.pattern };
}

function reloadStep(
  planner: Planner,
  given: NonNullable<ManifestBuild['reload']>[number],
  { at, root, ports }: { readonly at: NodePath; readonly root: string; readonly ports: PortScope },
): readonly ReloadStep[] {
  const { restart, command, cwd, http, method } = given;
  if (restart !== undefined) return [{ type: 'restart', process: restart }];
  if (command !== undefined) {
    const folder = planner.cwd(at, cwd, root);
    return [{ type: 'command', command: planner.command([...at, 'command'], command, ports), cwd: folder }];
  }
  if (http === undefined) return [];
  const url = planner.text([...at, 'http'], http, ports);
  if (!isLoopbackUrl(withSamplePorts(url))) {
    planner.report([...at, 'http'], 'must be a URL on this machine, as in http://127.0.0.1:${port:server}/reload.');
  }
  return [{ type: 'http', method: method ?? 'POST', url }];
}
