import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { deploy } from './build/deploy.ts';
import { runCommand } from './commandRun.ts';
import type { DevServerContext } from './context.ts';
import type { BuildPlan, BuildProblem, Environment } from './plan.ts';
import { problemReader } from './problems/problemReader.ts';
import { errnoOf } from '../shared/errors.ts';
import { diskError, makeFolders, requireFolder } from '../shared/files.ts';
import type { ResourceLog, RunLogFiles } from '../shared/logs/types.ts';

export type BuildResult =
  | { readonly type: 'good'; readonly problems: readonly BuildProblem[] }
  | { readonly type: 'bad'; readonly reason: string; readonly problems: readonly BuildProblem[] }
  | { readonly type: 'cancelled' };

export interface BuildRun {
  readonly projectId: string;
  readonly root: string;
  readonly plan: BuildPlan;
  readonly command: readonly [string, ...string[]];
  readonly env: Environment;
  readonly log: ResourceLog;
  readonly signal: AbortSignal;
}

/** Output beyond this is not searched for problems; the beginning is, where compilers name the causes. Bytes. */
const searchedBytes = 16 * 1024 * 1024;

/** One build and its deployment. A cancelled one deploys nothing and says nothing. */
export async function runBuild(context: DevServerContext, wanted: BuildRun): Promise<BuildResult> {
  const { command, env, log, plan, projectId, root, signal } = wanted;
  const reader = problemReader(plan.problems, { cwd: plan.cwd, root, exists: existsSync });
  // A project that was deleted is not to come back as a folder of build results.
  await requireFolder(plan.cwd, `builds.${plan.name}.cwd`);
  await makeFoldersFor(plan.out, root);
  const result = await runCommand(context, {
    projectId,
    part: plan.name,
    command,
    cwd: plan.cwd,
    env,
    timeoutMs: plan.timeoutMs,
    log,
    signal,
    read: (files) => readOutput(files, (stream, line) => reader.line(stream, line)),
  });
  if (result.type === 'cancelled') return result;
  if (result.type === 'timed-out') {
    const reason = `it did not end within ${String(plan.timeoutMs / 1000)} s and was ended`;
    return { type: 'bad', reason, problems: reader.end() };
  }
  const problems = reader.end();
  if (result.exitCode !== 0) return { type: 'bad', reason: reasonOf(result, problems), problems };
  try {
    await deploy(plan.deploy, signal);
  } catch (error) {
    if (signal.aborted) return { type: 'cancelled' };
    return { type: 'bad', reason: error instanceof Error ? error.message : String(error), problems };
  }
  return signal.aborted ? { type: 'cancelled' } : { type: 'good', problems };
}

/** Few compilers make the folder that they are to write into; Devyard's own is no business of Git's. */
async function makeFoldersFor(out: string, root: string): Promise<void> {
  await makeFolders(dirname(out));
  const own = join(root, '.devyard');
  if (!out.startsWith(own + sep)) return;
  await writeFile(join(own, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw diskError(error, own);
  });
}

function reasonOf(
  { exitCode, signal }: { readonly exitCode: number | null; readonly signal: string | null },
  problems: readonly BuildProblem[],
): string {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const end = exitCode === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${String(exitCode)}`;
  if (errors.length === 0) return end;
  const [first] = errors;
  return `${String(errors.length)} ${errors.length === 1 ? 'error' : 'errors'}: ${first?.message ?? end}`;
}

async function readOutput(
  { stdoutFile, stderrFile }: RunLogFiles,
  onLine: (stream: 'stdout' | 'stderr', line: string) => void,
): Promise<void> {
  for (const [stream, file] of [
    ['stdout', stdoutFile],
    ['stderr', stderrFile],
  ] as const) {
    const input = createReadStream(file, { encoding: 'utf8', end: searchedBytes - 1 });
    for await (const line of createInterface({ input, crlfDelay: Infinity })) onLine(stream, line);
  }
}

/**
 * What a build has put where it is used, or what it made where it puts nothing anywhere; undefined where some of it is
 * missing, or is a folder.
 */
export async function builtDigest({
  deploy: steps,
  out,
}: Pick<BuildPlan, 'deploy' | 'out'>): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for (const file of steps.length === 0 ? [out] : steps.map(({ to }) => to)) {
      if (!(await stat(file)).isFile()) return undefined;
      for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
      hash.update(`\n${file}\n`);
    }
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}
