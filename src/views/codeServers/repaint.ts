/** How long metrics and progress that arrive while a row was just painted are held back. */
const metricsMs = 2000;

/**
 * Decides when which row is painted anew: a state change at once, metrics at most every two seconds and only while
 * somebody sees them, everything only when the list itself is different.
 */
export class Repaint {
  readonly #paint: (id: string | undefined) => void;
  readonly #paintedAt = new Map<string, number>();
  readonly #due = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #visible = false;

  /** `paint` gets the id of a row, or undefined for the whole list. */
  constructor(paint: (id: string | undefined) => void) {
    this.#paint = paint;
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#flush();
    else this.#stopTimer();
  }

  all(): void {
    this.#due.clear();
    this.#paint(undefined);
  }

  row(id: string): void {
    this.#due.delete(id);
    this.#paintedAt.set(id, Date.now());
    this.#paint(id);
  }

  metrics(id: string): void {
    this.#due.add(id);
    if (this.#visible) this.#flush();
  }

  forget(id: string): void {
    this.#due.delete(id);
    this.#paintedAt.delete(id);
  }

  dispose(): void {
    this.#stopTimer();
    this.#due.clear();
  }

  #flush(): void {
    const now = Date.now();
    let next = Number.POSITIVE_INFINITY;
    for (const id of this.#due) {
      const wait = (this.#paintedAt.get(id) ?? Number.NEGATIVE_INFINITY) + metricsMs - now;
      if (wait <= 0) this.row(id);
      else next = Math.min(next, wait);
    }
    this.#stopTimer();
    if (Number.isFinite(next)) this.#timer = setTimeout(() => this.#flush(), next);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
