import type { Clock } from '../../shared/clock.ts';
import type { HttpProbe } from './ports.ts';
import { type ProbeTarget, shownUrl } from './probeTargets.ts';
import { runOutput, type RunOutput } from './runOutput.ts';
import { tcpProbe } from './tcpProbe.ts';
import { aborted, pause } from './waiting.ts';

/** One question; a page that is compiled on its first request may take its time. */
const askTimeoutMs = 5000;
const fastestMs = 20;
const slowestMs = 500;

export interface ReadinessOptions {
  readonly clock: Clock;
  readonly targets: readonly ProbeTarget[];
  readonly output: RunOutput;
  /** A line that came once does not un-come: for a run that was adopted after its time to become ready. */
  readonly logHasCome: boolean;
  readonly timeoutMs: number;
  readonly httpProbe: HttpProbe;
  readonly onWaiting: (waitingFor: readonly string[]) => void;
  readonly onProblem: (error: unknown) => void;
}

/** Asks until every probe has passed once, and knows what it still waits for, in words for a person. */
export class Readiness {
  readonly #options: ReadinessOptions;
  readonly #waiting = new Map<ProbeTarget, string>();

  constructor(options: ReadinessOptions) {
    this.#options = options;
    for (const target of options.targets) {
      if (target.type === 'log' && options.logHasCome) continue;
      this.#waiting.set(target, atFirst(target));
    }
  }

  get waitingFor(): readonly string[] {
    return [...this.#waiting.values()];
  }

  /** `late`: not within the time. */
  async wait(signal: AbortSignal): Promise<'ready' | 'late' | 'aborted'> {
    const { clock, timeoutMs } = this.#options;
    const over = new AbortController();
    const end = AbortSignal.any([signal, over.signal]);
    try {
      const asked = this.#askAll(end).then(() => (signal.aborted ? 'aborted' : 'ready'));
      const late = pause(clock, timeoutMs, end).then(() => (signal.aborted ? 'aborted' : 'late'));
      return await Promise.race([asked, late]);
    } finally {
      over.abort();
    }
  }

  async #askAll(signal: AbortSignal): Promise<void> {
    const targets = [...this.#waiting.keys()];
    const logs = targets.filter((target) => target.type === 'log');
    const asked = targets.map((target): Promise<void> => {
      switch (target.type) {
        case 'http':
          return this.#repeat(target, signal, () => this.#askHttp(target.url, signal));
        case 'tcp':
          return this.#repeat(target, signal, async () =>
            (await tcpProbe(target.port, askTimeoutMs, signal)) ? undefined : atFirst(target),
          );
        case 'log':
          return Promise.resolve();
      }
    });
    await Promise.all([...asked, this.#read(logs, signal)]);
  }

  /** Often at first; later a twentieth of what it has taken so far, so that a slow start is noticed soon enough, too. */
  async #repeat(target: ProbeTarget, signal: AbortSignal, ask: () => Promise<string | undefined>): Promise<void> {
    const { clock } = this.#options;
    const since = clock.monotonic();
    for (;;) {
      const missing = await ask();
      if (signal.aborted) return;
      if (missing === undefined) {
        this.#pass(target);
        return;
      }
      this.#say(target, missing);
      const share = (clock.monotonic() - since) / 20;
      await pause(clock, Math.min(slowestMs, Math.max(fastestMs, share)), signal);
    }
  }

  async #askHttp(url: URL, signal: AbortSignal): Promise<string | undefined> {
    const answer = await this.#options.httpProbe(url.href, askTimeoutMs, signal);
    if ('failure' in answer) return `${shownUrl(url)} does not answer (${answer.failure})`;
    return answer.status < 500 ? undefined : `${shownUrl(url)} answered ${String(answer.status)}`;
  }

  async #read(targets: readonly Extract<ProbeTarget, { type: 'log' }>[], signal: AbortSignal): Promise<void> {
    const missing = new Set(targets);
    if (missing.size === 0) return;
    const found = new AbortController();
    try {
      for await (const line of runOutput(this.#options.output, AbortSignal.any([signal, found.signal]))) {
        for (const target of missing) {
          if (!target.pattern.test(line)) continue;
          missing.delete(target);
          this.#pass(target);
        }
        if (missing.size === 0) return;
      }
    } catch (error) {
      this.#options.onProblem(error);
    } finally {
      found.abort();
    }
    // What cannot be read cannot be found: the time runs out then.
    await aborted(signal);
  }

  #pass(target: ProbeTarget): void {
    this.#waiting.delete(target);
    if (this.#waiting.size > 0) this.#options.onWaiting(this.waitingFor);
  }

  #say(target: ProbeTarget, text: string): void {
    if (this.#waiting.get(target) === text) return;
    this.#waiting.set(target, text);
    this.#options.onWaiting(this.waitingFor);
  }
}

function atFirst(target: ProbeTarget): string {
  switch (target.type) {
    case 'http':
      return `${shownUrl(target.url)} has not answered`;
    case 'tcp':
      return `127.0.0.1:${String(target.port)} accepts no connection`;
    case 'log':
      return `the log line ${String(target.pattern)} has not come`;
  }
}
