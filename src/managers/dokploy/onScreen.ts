import type { Clock } from '../shared/clock.ts';

/** How long what was said to be on screen counts without being said again. */
export const lookMs = 30_000;

interface Look {
  readonly servers: ReadonlySet<string>;
  readonly workspaces: ReadonlySet<string>;
  /** On the monotonic clock. */
  readonly until: number;
}

/** Who looks at what. A window that is gone says nothing more, and is forgotten. */
export class OnScreen {
  readonly #clock: Clock;
  readonly #looks = new Map<string, Look>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  look(viewer: string, servers: readonly string[], workspaces: readonly string[]): void {
    if (servers.length + workspaces.length === 0) this.#looks.delete(viewer);
    else {
      const until = this.#clock.monotonic() + lookMs;
      this.#looks.set(viewer, { servers: new Set(servers), workspaces: new Set(workspaces), until });
    }
  }

  hasServer(id: string): boolean {
    return this.#current().some(({ servers }) => servers.has(id));
  }

  hasWorkspace(id: string): boolean {
    return this.#current().some(({ workspaces }) => workspaces.has(id));
  }

  #current(): readonly Look[] {
    const now = this.#clock.monotonic();
    for (const [viewer, { until }] of this.#looks) if (until <= now) this.#looks.delete(viewer);
    return [...this.#looks.values()];
  }
}
