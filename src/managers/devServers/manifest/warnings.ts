import { relative, sep } from 'node:path';
import picomatch from 'picomatch';
import { dotted, type Finding } from '../../shared/yaml/issueText.ts';
import type { BuildPlan, ProjectPlan } from '../plan.ts';
import { isWithin } from './paths.ts';

/** What is allowed, but hardly meant: a build that watches what it makes, and so builds for ever. */
export function warningsOf(plan: ProjectPlan, index: number): readonly Finding[] {
  return plan.builds.flatMap((build): readonly Finding[] => {
    const made = [build.out, ...build.deploy.map(({ to }) => to)].find((path) => isWatched(build, plan.root, path));
    if (made === undefined) return [];
    const path = ['projects', index, 'builds', build.name, 'watch', 'include'];
    const inside = slashed(relative(plan.root, made));
    const message = `“${dotted(path)}” covers “${inside}”, which the build itself makes: each build would cause the next one. List it under “exclude”.`;
    return [{ path, message }];
  });
}

function isWatched({ watch }: BuildPlan, root: string, path: string): boolean {
  if (watch === null || !isWithin(root, path) || path === root) return false;
  return picomatch.isMatch(slashed(relative(root, path)), [...watch.include], { ignore: [...watch.exclude] });
}

const slashed = (path: string): string => path.split(sep).join('/');
