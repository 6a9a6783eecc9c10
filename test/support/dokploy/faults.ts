/** How a call goes wrong. `carriedOut` tells whether the server has done the work all the same. */
export type Fault =
  /** That status, before anything is done. */
  | {
      readonly status: number;
      readonly body?: string;
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection breaks before anything is done. */
  | 'torn-before'
  /** Everything is done, and the connection breaks instead of an answer. */
  | 'torn-after'
  /** Everything is done, and half of the answer comes before the connection breaks. */
  | 'half-body'
  /** Done, then 200 with JSON that ends too early. */
  | 'malformed-json'
  /** Not done: 200 with the HTML of a login page, as a proxy in between gives. */
  | 'login-page'
  /** Done, and never answered. */
  | 'silent'
  | { readonly delayMs: number }
  /** The answer in small pieces with so many milliseconds between them. */
  | { readonly dripMs: number };

export interface Injection {
  /** Procedure such as `application.deploy`, or the path of a WebSocket. */
  readonly procedure: string | RegExp;
  /** Once unless told otherwise. */
  readonly times?: number;
  readonly fault: Fault;
}

export interface Gate {
  /** Resolves when a request stands before it. */
  readonly reached: Promise<void>;
  /** Lets through who waits, and who comes later. */
  release(): void;
}

export type Faults = ReturnType<typeof openFaults>;

const matches = (wanted: string | RegExp, procedure: string): boolean =>
  typeof wanted === 'string' ? wanted === procedure : wanted.test(procedure);

export function openFaults() {
  const injections: { readonly wish: Injection; left: number }[] = [];
  const gates = new Set<{
    readonly procedure: string | RegExp;
    readonly stage: 'before' | 'after';
    readonly reached: () => void;
    readonly released: Promise<void>;
  }>();
  return {
    inject(wish: Injection): { readonly left: () => number; readonly cancel: () => void } {
      const injection = { wish, left: wish.times ?? 1 };
      injections.push(injection);
      return { left: () => injection.left, cancel: () => void (injection.left = 0) };
    },
    /** The fault of this request, which uses it up. */
    take(procedure: string): Fault | undefined {
      const found = injections.find(({ wish, left }) => left > 0 && matches(wish.procedure, procedure));
      if (found === undefined) return undefined;
      found.left--;
      return found.wish.fault;
    },
    hold(procedure: string | RegExp, stage: 'before' | 'after' = 'before'): Gate {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const gate = { procedure, stage, reached: reached.resolve, released: released.promise };
      gates.add(gate);
      return {
        reached: reached.promise,
        release() {
          gates.delete(gate);
          released.resolve();
        },
      };
    },
    async pass(procedure: string, stage: 'before' | 'after'): Promise<void> {
      for (const gate of [...gates]) {
        if (gate.stage !== stage || !matches(gate.procedure, procedure)) continue;
        gate.reached();
        await gate.released;
      }
    },
  };
}
