import type { DevyardClient } from '../../../api/client/client.ts';
import type { DevServer } from '../../../api/contract/devServers.ts';
import type { LogEntryView } from '../../../api/contract/logs.ts';
import { LogFollower } from '../../shared/logFollower.ts';

/** How long the last lines of something that has ended may take to arrive. Milliseconds. */
const patienceMs = 3000;

/** What a project logs while a task runs, as a terminal shows it: colours stay as they are. */
export class TaskLog {
  readonly #client: Pick<DevyardClient, 'call' | 'devServerLogs'>;
  readonly #devServer: DevServer;
  readonly #only: string | undefined;
  readonly #write: (text: string) => void;
  #follower: LogFollower | undefined;
  #seq = 0;
  #reached: (() => void) | undefined;
  /** Source of a line whose end is still to come. */
  #open: string | undefined;

  /** `only`: lines of this build, and what Devyard itself says. */
  constructor(
    client: Pick<DevyardClient, 'call' | 'devServerLogs'>,
    devServer: DevServer,
    only: string | undefined,
    write: (text: string) => void,
  ) {
    this.#client = client;
    this.#devServer = devServer;
    this.#only = only;
    this.#write = write;
  }

  /** From now on; what was logged before belongs to something else. Rejects when the log cannot be read. */
  async begin(signal: AbortSignal): Promise<void> {
    const { id } = this.#devServer;
    this.#seq = await this.#newest();
    this.#follower = new LogFollower(
      {
        tail: () => Promise.resolve({ entries: [], lastSeq: this.#seq }),
        follow: (after, follows) => Promise.resolve(this.#client.devServerLogs(id, after, follows)),
      },
      (entries) => this.#take(entries),
      () => undefined,
    );
    if (signal.aborted) return;
    signal.addEventListener('abort', () => this.#follower?.pause(), { once: true });
    this.#follower.resume();
  }

  /** Waits for the last lines, for a while, then reads no more. Never rejects. */
  async end(): Promise<void> {
    try {
      if (this.#follower?.following === true) await this.#reach(await this.#newest());
    } catch {
      // Without a daemon there is nothing to wait for.
    } finally {
      this.#follower?.pause();
    }
  }

  async #newest(): Promise<number> {
    const params = { id: this.#devServer.id };
    return (await this.#client.call('devServers.logs', { params, query: { count: 1 } })).lastSeq;
  }

  async #reach(seq: number): Promise<void> {
    if (this.#seq >= seq) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#reached = () => {
        if (this.#seq < seq) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#reached = undefined;
  }

  #take(entries: readonly LogEntryView[]): void {
    const text = entries.map((entry) => this.#textOf(entry)).join('');
    if (text !== '') this.#write(text);
    this.#seq = Math.max(this.#seq, entries.at(-1)?.seq ?? 0);
    this.#reached?.();
  }

  #textOf(entry: LogEntryView): string {
    if (entry.kind === 'gap') return '';
    const { from, text, continued } = entry;
    if (this.#only !== undefined && from !== undefined && from !== this.#only) return '';
    const source = from ?? '';
    const goesOn = this.#open === source;
    const closed = this.#open === undefined || goesOn ? '' : '\r\n';
    this.#open = continued === true ? source : undefined;
    return `${closed}${goesOn ? '' : this.#prefix(from)}${text}${continued === true ? '' : '\r\n'}`;
  }

  /** Only where lines of several processes and builds come together: a problem matcher wants to see a line as it is. */
  #prefix(from: string | undefined): string {
    const { processes, builds } = this.#devServer;
    if (from === undefined || this.#only !== undefined || processes.length + builds.length < 2) return '';
    return `\u001B[2m[${from}]\u001B[0m `;
  }
}
