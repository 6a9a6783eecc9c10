export interface CloneProgress {
  /** For people, in Git's words. */
  readonly step: string;
  /** 0 to 1 over the whole clone, never less than before; null while nobody can know. */
  readonly fraction: number | null;
}

/** A line that Git draws over itself: `Receiving objects:  45% (450/1000), 1.20 MiB | 1.10 MiB/s`. */
export interface ProgressLine {
  readonly remote: boolean;
  readonly title: string;
  /** Undefined while Git only counts. */
  readonly done: number | undefined;
  readonly total: number | undefined;
  /** `1.20 MiB | 1.10 MiB/s`, or empty. */
  readonly speed: string;
}

interface Phase {
  readonly title: RegExp;
  readonly remote: boolean;
  /** Its part of the whole. */
  readonly from: number;
  readonly to: number;
}

/** In the order of git-clone(1). Receiving is what takes long; LFS files come last, through the filter. */
const phases: readonly Phase[] = [
  { title: /^Enumerating objects$/, remote: true, from: 0, to: 0 },
  { title: /^Counting objects$/, remote: true, from: 0, to: 0.04 },
  { title: /^Compressing objects$/, remote: true, from: 0.04, to: 0.1 },
  { title: /^Receiving objects$/, remote: false, from: 0.1, to: 0.8 },
  { title: /^Resolving deltas$/, remote: false, from: 0.8, to: 0.9 },
  { title: /^(Updating|Checking out) files$/, remote: false, from: 0.9, to: 0.97 },
  { title: /^Filtering content$/, remote: false, from: 0.97, to: 1 },
];
const percentLine = /^(remote: )?([A-Z][A-Za-z ]{2,40}): +\d{1,3}% \((\d{1,15})\/(\d{1,15})\)(?:, (\d[^,]*\/s))?/;
const countLine = /^(remote: )?([A-Z][A-Za-z ]{2,40}): +\d{1,15}(?:, done\.)?\s*$/;

/** Undefined when the line is no progress. */
export function parseProgressLine(line: string): ProgressLine | undefined {
  const [, remote, title, done, total, speed] = percentLine.exec(line) ?? countLine.exec(line) ?? [];
  if (title === undefined) return undefined;
  return {
    remote: remote !== undefined,
    title,
    done: done === undefined ? undefined : Number(done),
    total: total === undefined ? undefined : Number(total),
    speed: speed ?? '',
  };
}

/** Makes one progress of Git's phases; tells it when the phase or the whole percent changes. */
export class ProgressMeter {
  readonly #tell: (progress: CloneProgress) => void;
  #phase = -1;
  #percent = -1;

  constructor(tell: (progress: CloneProgress) => void) {
    this.#tell = tell;
  }

  /** Lines of phases that are over, or that are not known, change nothing: the other side may say anything. */
  add(line: ProgressLine): void {
    const index = phases.findIndex((phase) => phase.remote === line.remote && phase.title.test(line.title));
    const phase = phases[index];
    if (phase === undefined || index < this.#phase) return;
    const { done, total } = line;
    const share = done === undefined || total === undefined || total === 0 ? undefined : Math.min(done / total, 1);
    const fraction = share === undefined ? phase.from : phase.from + (phase.to - phase.from) * share;
    // Rounded first: 0.8 - 0.1 and its like are not whole in binary.
    const percent = Math.max(Math.floor(Math.round(fraction * 1e6) / 1e4), this.#percent);
    if (index === this.#phase && percent === this.#percent) return;
    this.#phase = index;
    this.#percent = percent;
    const known = phase.to > 0;
    this.#tell({ step: stepOf(line), fraction: known ? percent / 100 : null });
  }
}

function stepOf({ title, done, total, speed }: ProgressLine): string {
  if (done === undefined || total === undefined) return title;
  return `${title} (${String(done)} of ${String(total)}${speed === '' ? '' : `, ${speed.replace(/ *\| */, ' at ')}`})`;
}
