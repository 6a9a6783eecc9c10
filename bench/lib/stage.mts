import { type ChildProcess, fork } from 'node:child_process';

const patienceMs = 120_000;

/** A helper program of a benchmark in a process of its own. It talks by messages and ends with the benchmark. */
export class Player implements Disposable {
  readonly #child: ChildProcess;
  readonly #said: unknown[] = [];
  #listen: (() => void) | undefined;
  #ended = false;

  /** `file` is a module below `bench/`. */
  constructor(file: string, ...args: string[]) {
    this.#child = fork(new URL(`../${file}`, import.meta.url), args, {
      // The product's sources are read as they are.
      execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
    });
    this.#child.on('message', (message) => {
      this.#said.push(message);
      this.#listen?.();
    });
    this.#child.on('exit', () => {
      this.#ended = true;
      this.#listen?.();
    });
  }

  tell(message: object): void {
    this.#child.send(message);
  }

  /** The next message, in the order in which they were sent. Rejects when it ends before, or says nothing for long. */
  async next<T>(): Promise<T> {
    const what = this.#child.spawnargs.slice(2).join(' ');
    while (this.#said.length === 0) {
      if (this.#ended) throw new Error(`${what} ended without a word`);
      await new Promise<void>((resolve, reject) => {
        const deadline = setTimeout(() => reject(new Error(`${what} said nothing for ${patienceMs} ms`)), patienceMs);
        this.#listen = () => {
          clearTimeout(deadline);
          resolve();
        };
      });
    }
    return this.#said.shift() as T;
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}
