import { maskCredentials } from './credentials.ts';
import { type CloneProgress, parseProgressLine, ProgressMeter } from './progress.ts';

export interface GitOutputListener {
  readonly onProgress?: ((progress: CloneProgress) => void) | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Characters of a line; the other side decides how long its lines are. */
const maxLine = 2000;
const keptLines = 30;
/** Colours and cursor moves of the other side would reach the person's terminal. */
// oxlint-disable-next-line no-control-regex
const controls = /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Git's stderr: cuts it into lines and progress, with secrets masked. Progress ends with `\r`, its last line with `\n`. */
export class GitOutput {
  readonly #listener: GitOutputListener;
  readonly #meter: ProgressMeter;
  readonly #last: string[] = [];
  #open = '';

  constructor(listener: GitOutputListener) {
    this.#listener = listener;
    this.#meter = new ProgressMeter((progress) => listener.onProgress?.(progress));
  }

  /** The last lines that are no progress. */
  get lines(): readonly string[] {
    return this.#last;
  }

  readonly add = (text: string): void => {
    const pieces = (this.#open + text).split(/(?<=[\r\n])/);
    const open = pieces.at(-1) ?? '';
    const ended = /[\r\n]$/.test(open) ? pieces : pieces.slice(0, -1);
    this.#open = /[\r\n]$/.test(open) ? '' : open.slice(0, maxLine);
    for (const piece of ended) this.#line(piece.slice(0, -1), piece.endsWith('\n'));
  };

  /** Takes what has no line end as a line. */
  finish(): void {
    this.#line(this.#open, true);
    this.#open = '';
  }

  #line(raw: string, ended: boolean): void {
    const line = maskCredentials(raw.slice(0, maxLine).replace(controls, '')).trimEnd();
    if (line === '') return;
    const progress = parseProgressLine(line);
    if (progress !== undefined) this.#meter.add(progress);
    else {
      this.#last.push(line);
      if (this.#last.length > keptLines) this.#last.shift();
    }
    if (progress === undefined || ended) this.#listener.onLine?.(line);
  }
}
