import type { BuildProblemView, DevBuild, DevServer } from '../../../api/contract/devServers.ts';
import { manifestFileOf } from './manifestFile.ts';

/** A problem where the editor shows it. Line and column from 0. */
export interface PlacedProblem {
  readonly line: number;
  /** Undefined: the tool named none, and the whole line is meant. */
  readonly column: number | undefined;
  readonly message: string;
  readonly severity: BuildProblemView['severity'];
  readonly code: string | undefined;
  readonly source: string;
}

type ByFile = ReadonlyMap<string, readonly PlacedProblem[]>;

interface Held {
  /** What it was made from: the lists themselves say whether something is new. */
  readonly text: string;
  readonly files: ByFile;
}

/** The problems of all projects by file. A file may belong to several projects and then has those of all of them. */
export class ProblemBoard {
  readonly #held = new Map<string, Held>();

  /** Takes what a project says now, undefined when it is gone; answers with the files that show something else from now on. */
  update(id: string, devServer: DevServer | undefined): readonly string[] {
    const before = this.#held.get(id);
    const builds = (devServer?.builds ?? []).filter(isCurrent).filter(({ problems }) => problems.length > 0);
    if (devServer === undefined || builds.length === 0) {
      this.#held.delete(id);
      return [...(before?.files.keys() ?? [])];
    }
    const text = JSON.stringify(builds.map(({ problems }) => problems));
    if (before?.text === text) return [];
    const files = byFile(builds, manifestFileOf(devServer));
    this.#held.set(id, { text, files });
    return [...new Set([...(before?.files.keys() ?? []), ...files.keys()])];
  }

  /** Ids that have problems now. */
  get ids(): readonly string[] {
    return [...this.#held.keys()];
  }

  of(file: string): readonly PlacedProblem[] {
    return [...this.#held.values()].flatMap(({ files }) => files.get(file) ?? []);
  }
}

/** What a build said before its project was stopped is no news of the sources as they are now. */
const isCurrent = ({ state }: DevBuild): boolean => state.status !== 'idle' && state.status !== 'stopped';

function byFile(builds: readonly DevBuild[], manifest: string): ByFile {
  const files = new Map<string, PlacedProblem[]>();
  for (const problem of builds.flatMap(({ problems }) => problems)) {
    const file = problem.file === '' ? manifest : problem.file;
    const there = files.get(file) ?? [];
    files.set(file, there);
    there.push(placed(problem));
  }
  return files;
}

function placed({ file, line, column, message, severity, code, source }: BuildProblemView): PlacedProblem {
  const known = file !== '' && line > 0;
  return {
    line: known ? line - 1 : 0,
    column: known && column > 0 ? column - 1 : undefined,
    message,
    severity,
    code,
    source,
  };
}
