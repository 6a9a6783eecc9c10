import type { DevProcess } from '../../../api/contract/devServers.ts';
import type { Localizer } from '../../shared/l10n.ts';
import { Pause } from '../../shared/pause.ts';
import { backoff, reasonOf } from '../../shared/sessionState.ts';

export interface TtySize {
  readonly columns: number;
  readonly rows: number;
}

/** What a terminal's tab and the daemon are to the link between them. */
export interface TtyPorts {
  /** The newest of what the process wrote, then what comes; ends with the process. Rejects when it has no terminal now. */
  read(signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  send(input: { readonly input?: string } & Partial<TtySize>): Promise<unknown>;
  write(text: string): void;
  /** How the process stands now; undefined when its project is gone. */
  process(): DevProcess | undefined;
  readonly l10n: Localizer;
}

/** The most the daemon takes at once. Characters. */
const mostInput = 100_000;
/** Erases the screen and what was scrolled away: the newest output is sent anew with every connection. */
const clear = '\u001B[2J\u001B[3J\u001B[H';

/**
 * Connects one tab with the terminal of a process: reads while the tab is open, over restarts of the process and of the
 * daemon; types in the order in which it was typed. Closing it ends the reading and nothing else.
 */
export class TtyLink {
  readonly #ports: TtyPorts;
  readonly #closed = new AbortController();
  readonly #pause = new Pause(this.#closed.signal);
  #size: TtySize | undefined;
  #typed = '';
  #isSending = false;
  #shown = false;
  #noted: string | undefined;

  constructor(ports: TtyPorts) {
    this.#ports = ports;
  }

  /** Resolves when the tab was closed. Never rejects. */
  async open(size: TtySize | undefined): Promise<void> {
    this.#size = size;
    const { signal } = this.#closed;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      if (!this.#runs()) {
        this.#note(this.#ports.l10n.t('It does not run. Its output goes on here when it is started again.'));
        attempt = 0;
        await this.#pause.wait(waitForeverMs);
        continue;
      }
      await this.#pause.wait(backoff(attempt, 250, 5000));
      try {
        if (await this.#copy(signal)) attempt = 0;
      } catch (error) {
        // Word of its end may come a moment after the end itself.
        if (!signal.aborted && attempt > 1 && this.#runs()) this.#note(reasonOf(error).message);
      }
    }
  }

  /** To be called when the process may stand otherwise, or the daemon is there again. */
  look(): void {
    this.#pause.skip();
  }

  type(text: string): void {
    this.#typed += text;
    if (!this.#isSending) void this.#send();
  }

  resize(size: TtySize): void {
    this.#size = size;
    // A size that cannot be told now is told with the next connection.
    void this.#ports.send(size).catch(() => undefined);
  }

  close(): void {
    this.#closed.abort();
  }

  /** True when something came. */
  async #copy(signal: AbortSignal): Promise<boolean> {
    const output = await this.#ports.read(signal);
    if (this.#size !== undefined) void this.#ports.send(this.#size).catch(() => undefined);
    if (this.#shown) this.#ports.write(clear);
    this.#shown = true;
    this.#noted = undefined;
    let came = false;
    // A character may be cut in two by the end of a piece.
    const decoder = new TextDecoder();
    for await (const piece of output) {
      if (signal.aborted) break;
      this.#ports.write(decoder.decode(piece, { stream: true }));
      came = true;
    }
    return came;
  }

  /** Never rejects. */
  async #send(): Promise<void> {
    this.#isSending = true;
    while (this.#typed !== '' && !this.#closed.signal.aborted) {
      const input = this.#typed.slice(0, mostInput);
      this.#typed = this.#typed.slice(input.length);
      try {
        await this.#ports.send({ input });
      } catch (error) {
        // What was typed for a process that is gone is not for the next one.
        this.#typed = '';
        if (this.#runs()) this.#note(reasonOf(error).message);
      }
    }
    this.#isSending = false;
  }

  #runs(): boolean {
    const status = this.#ports.process()?.state.status;
    return status === 'running' || status === 'ready';
  }

  /** Says something in the terminal, in a line of its own and once. */
  #note(text: string): void {
    if (this.#noted === text) return;
    this.#noted = text;
    this.#ports.write(`\r\n\u001B[2m── ${text} ──\u001B[0m\r\n`);
  }
}

/** Until something wakes it. Milliseconds, the most a timer takes. */
const waitForeverMs = 2 ** 31 - 1;
