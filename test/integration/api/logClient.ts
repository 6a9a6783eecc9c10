import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { LogEntry } from '../../../src/managers/shared/logs/types.ts';
import { bearer } from './apiWorld.ts';
import { FakeLog } from './fakes.ts';

interface Message {
  readonly type: string;
  readonly logs?: readonly Line[];
  readonly log?: Line;
}
interface Line {
  readonly timestamp: string;
  readonly level: string;
  readonly serverId: string;
  readonly serverName: string;
  readonly source: string;
  readonly message: string;
}

/** A log that lines are added to while it is followed. */
export class LiveLog extends FakeLog {
  /** Batches that each follower has taken. */
  readonly taken: number[] = [];
  readonly #waiting = new Set<() => void>();
  #time = 1_700_000_000_000;
  add(...texts: string[]): void {
    for (const text of texts)
      this.entries.push({ kind: 'line', seq: this.lastSeq + 1, time: (this.#time += 1000), source: 'stdout', text });
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
  override async *follow(after: number, signal: AbortSignal): AsyncGenerator<readonly LogEntry[]> {
    this.followed = signal;
    const follower = this.taken.push(0) - 1;
    for (let next = after; !signal.aborted;) {
      const batch = this.entries.filter((entry) => entry.seq > next).slice(0, 1000);
      next = batch.at(-1)?.seq ?? next;
      if (batch.length > 0) {
        this.taken[follower] = (this.taken[follower] ?? 0) + 1;
        yield batch;
      } else {
        await new Promise<void>((resolve) => {
          this.#waiting.add(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    }
  }
}

/** What a client got, in order, and a way to wait for more. */
export class Client {
  readonly ws: WebSocket;
  readonly messages: Message[] = [];
  constructor(url: string, protocols: string[] = [], headers: Record<string, string> = bearer) {
    this.ws = new WebSocket(url, protocols, { headers, perMessageDeflate: true });
    this.ws.on('error', () => undefined);
    this.ws.on('message', (data: Buffer) => {
      this.messages.push(JSON.parse(String(data)) as Message);
      this.ws.emit('got');
    });
  }
  async until(done: (messages: readonly Message[]) => boolean): Promise<readonly Message[]> {
    while (!done(this.messages)) await once(this.ws, 'got');
    return this.messages;
  }
  /** All lines so far. */
  get lines(): string[] {
    return this.messages
      .flatMap(({ logs, log }) => [...(logs ?? []), ...(log === undefined ? [] : [log])])
      .map(({ message }) => message);
  }
}
