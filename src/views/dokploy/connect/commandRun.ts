import type { Readable, Writable } from 'node:stream';
import type { Localizer } from '../../shared/l10n.ts';
import { copyText } from './copyText.ts';
import { endText, exitText, failureText, noteLine, terminalLines } from './terminalText.ts';

/** A command that runs in a workspace, without a terminal there. */
export interface RunningCommand {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Rejects when the connection broke and nobody knows. */
  readonly exit: Promise<Exit>;
}

interface Exit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
}

export interface RunPorts {
  /** Rejects when it cannot be run. The signal ends it. */
  readonly exec: (command: string, signal: AbortSignal) => Promise<RunningCommand>;
  readonly write: (text: string) => void;
  /** Milliseconds, from wherever. */
  readonly now: () => number;
  readonly l10n: Localizer;
}

const [enter, interrupt] = ['\r', '\u0003'];

/** Runs one command after the other in a tab that shows what they say. */
export class CommandRun {
  readonly #ports: RunPorts;
  #running: AbortController | undefined;
  #command = '';

  constructor(ports: RunPorts) {
    this.#ports = ports;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves when it has ended; with true when its exit code was 0. Never rejects. */
  async run(command: string): Promise<boolean> {
    const { l10n, write, now } = this.#ports;
    const running = new AbortController();
    this.#running = running;
    this.#command = command;
    write(`\u001B[1m$ ${terminalLines(command)}\u001B[0m\r\n`);
    const since = now();
    let what: string;
    let good = false;
    try {
      const exit = await this.#follow(command, running.signal);
      what = exitText(exit, l10n);
      good = exit.code === 0;
    } catch (error) {
      what = failureText(error);
    }
    if (running.signal.aborted) what = l10n.t('Cancelled');
    this.#running = undefined;
    write(noteLine(endText(what, now() - since, l10n)));
    return good && !running.signal.aborted;
  }

  /** Ctrl+C cancels; once it has ended, Enter runs it again. */
  type(text: string): void {
    if (this.isRunning) {
      if (text.includes(interrupt)) this.cancel();
    } else if (text === enter && this.#command !== '') {
      void this.run(this.#command);
    }
  }

  cancel(): void {
    this.#running?.abort();
  }

  async #follow(command: string, signal: AbortSignal): Promise<Exit> {
    const running = await this.#ports.exec(command, signal);
    // There is nobody to type: what reads its input finds the end of it.
    running.stdin.on('error', () => undefined);
    running.stdin.end();
    const show = (text: string): void => this.#ports.write(terminalLines(text));
    const [exit] = await Promise.all([running.exit, copyText(running.stdout, show), copyText(running.stderr, show)]);
    return exit;
  }
}
