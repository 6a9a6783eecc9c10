import type { Readable, Writable } from 'node:stream';
import type { Localizer } from '../../shared/l10n.ts';
import { copyText } from './copyText.ts';
import { exitText, failureText, noteLine } from './terminalText.ts';

export interface ShellSize {
  readonly columns: number;
  readonly rows: number;
}

/** A shell that runs in a workspace. */
export interface Shell {
  readonly input: Writable;
  readonly output: Readable;
  /** Rejects when the connection broke and nobody knows. */
  readonly exit: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  resize(size: ShellSize): void;
  end(): void;
}

/** What a terminal's tab and the daemon are to the link between them. */
export interface ShellPorts {
  /** Rejects when there cannot be a shell now. The signal gives up waiting. */
  readonly open: (size: ShellSize, signal: AbortSignal) => Promise<Shell>;
  readonly write: (text: string) => void;
  /** The tab has nothing more to show. */
  readonly close: () => void;
  readonly l10n: Localizer;
}

const usualSize: ShellSize = { columns: 80, rows: 24 };
const enter = '\r';

/**
 * Connects one tab with a shell of its own. What ends the shell other than the person's own *exit* stays on screen, and Enter
 * opens another one there.
 */
export class ShellLink {
  readonly #ports: ShellPorts;
  readonly #closed = new AbortController();
  #size = usualSize;
  #shell: Shell | undefined;
  /** Typed while the connection is made. */
  #ahead = '';
  #state: 'connecting' | 'open' | 'ended' = 'ended';

  constructor(ports: ShellPorts) {
    this.#ports = ports;
  }

  /** Resolves when the shell has ended. Never rejects. */
  async open(size?: ShellSize): Promise<void> {
    const { l10n, write } = this.#ports;
    const { signal } = this.#closed;
    if (signal.aborted || this.#state !== 'ended') return;
    this.#size = size ?? this.#size;
    this.#state = 'connecting';
    write(noteLine(l10n.t('Connecting…')));
    try {
      const sizeThen = this.#size;
      const shell = await this.#ports.open(sizeThen, signal);
      this.#begin(shell, sizeThen);
      const [exit] = await Promise.all([shell.exit, copyText(shell.output, write)]);
      if (signal.aborted) return;
      if (exit.code === 0) this.#ports.close();
      else this.#end(exitText(exit, l10n));
    } catch (error) {
      if (!signal.aborted) this.#end(failureText(error));
    } finally {
      this.#shell = undefined;
    }
  }

  type(text: string): void {
    if (this.#state === 'open') this.#shell?.input.write(text);
    else if (this.#state === 'connecting') this.#ahead += text;
    else if (text === enter) void this.open();
  }

  resize(size: ShellSize): void {
    this.#size = size;
    this.#shell?.resize(size);
  }

  close(): void {
    this.#closed.abort();
    this.#shell?.end();
  }

  #begin(shell: Shell, sizeThen: ShellSize): void {
    // Closed, or another size, while the connection was made.
    if (this.#closed.signal.aborted) shell.end();
    this.#shell = shell;
    this.#state = 'open';
    if (this.#size !== sizeThen) shell.resize(this.#size);
    // What can no longer be written is told by the end of the shell.
    shell.input.on('error', () => undefined);
    if (this.#ahead !== '') shell.input.write(this.#ahead);
    this.#ahead = '';
  }

  #end(why: string): void {
    const { l10n, write } = this.#ports;
    this.#state = 'ended';
    this.#ahead = '';
    write(noteLine(why) + noteLine(l10n.t('Press Enter for a new shell')));
  }
}
