import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Part } from '../../../../src/managers/devServers/part.ts';
import { Session } from '../../../../src/managers/devServers/session.ts';
import { type Dispose, Emitter } from '../../../../src/managers/shared/emitter.ts';

class FakePart implements Part {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly journal: string[];
  satisfied = false;
  settled = false;
  starts = 0;
  waits: string[] = [];
  readonly #changed = new Emitter<void>();

  constructor(name: string, dependsOn: readonly string[] = [], journal: string[] = []) {
    this.name = name;
    this.dependsOn = dependsOn;
    this.journal = journal;
  }

  get isDown(): boolean {
    return this.settled && !this.satisfied;
  }

  readonly onChange = (listener: () => void): Dispose => this.#changed.on(listener);

  wait(step: string): void {
    if (this.waits.at(-1) === step) return;
    this.waits.push(step);
    this.#changed.emit();
  }

  fail(): void {
    this.become(false);
  }

  async start(): Promise<void> {
    this.starts += 1;
    this.journal.push(this.name);
    this.#changed.emit();
  }

  async stop(): Promise<void> {
    this.journal.push(`-${this.name}`);
  }

  become(satisfied: boolean): void {
    this.satisfied = satisfied;
    this.settled = true;
    this.#changed.emit();
  }
}

describe('a session', () => {
  it('starts nothing before it begins, whatever its parts say meanwhile', () => {
    const [ui, server] = [new FakePart('ui'), new FakePart('server', ['ui'])];
    const session = new Session([server, ui]);
    for (const part of [server, ui]) part.wait('installing');
    expect([ui.starts, ui.waits, server.waits]).toEqual([0, ['installing'], ['installing']]);
    session.begin();
    expect([ui.starts, server.waits]).toEqual([1, ['installing', 'waiting for ui']]);
  });

  it('starts at once what depends on nothing, and the rest when what it needs is there', () => {
    const [ui, backend, server] = [new FakePart('ui'), new FakePart('backend'), new FakePart('server', ['backend'])];
    new Session([server, ui, backend]).begin();
    expect([ui.starts, backend.starts, server.starts]).toEqual([1, 1, 0]);
    expect(server.waits).toEqual(['waiting for backend']);
    backend.become(false);
    expect(server.starts).toBe(0);
    backend.become(true);
    expect(server.starts).toBe(1);
    backend.become(true);
    expect(server.starts).toBe(1);
  });

  it('does not start what was taken up, and starts anew what failed', () => {
    const [kept, failed] = [new FakePart('kept'), new FakePart('failed')];
    const session = new Session([kept, failed]);
    session.takeUp('kept');
    session.begin();
    failed.become(false);
    session.retryFailed();
    expect([kept.starts, failed.starts]).toEqual([0, 2]);
    failed.become(true);
    session.retryFailed();
    expect([kept.starts, failed.starts]).toEqual([0, 2]);
  });

  it('starts nothing after its end, and ends everything that it has', async () => {
    const journal: string[] = [];
    const [backend, server] = [new FakePart('backend', [], journal), new FakePart('server', ['backend'], journal)];
    const session = new Session([backend, server]);
    session.begin();
    await session.end();
    backend.become(true);
    expect(journal).toEqual(['backend', '-backend', '-server']);
    expect(session.signal.aborted).toBe(true);
  });

  it('is settled when all is ready, or waits for what failed', async () => {
    const [backend, server] = [new FakePart('backend'), new FakePart('server', ['backend'])];
    const session = new Session([backend, server]);
    session.begin();
    let settled = false;
    const waiting = session.settled().then(() => (settled = true));
    await Promise.resolve();
    expect(settled).toBe(false);
    backend.become(false);
    await waiting;
    expect(settled).toBe(true);
  });

  it('stops waiting when the one who waits goes away', async () => {
    const session = new Session([new FakePart('ui')]);
    session.begin();
    const gone = new AbortController();
    const waiting = session.settled(gone.signal);
    gone.abort();
    await expect(waiting).resolves.toBeUndefined();
  });

  it('starts every part once and none before what it needs, whatever the graph', () => {
    const graph = fc
      .integer({ min: 1, max: 8 })
      .chain((size) =>
        fc.tuple(
          ...Array.from({ length: size }, (_, index) =>
            index === 0 ? fc.constant<number[]>([]) : fc.uniqueArray(fc.nat({ max: index - 1 })),
          ),
        ),
      );
    fc.assert(
      fc.property(graph, fc.nat(), (needs, seed) => {
        const journal: string[] = [];
        const parts = needs.map(
          (of, index) =>
            new FakePart(
              `p${String(index)}`,
              of.map((n) => `p${String(n)}`),
              journal,
            ),
        );
        // In another order than that of need.
        new Session([...parts.slice(seed % parts.length), ...parts.slice(0, seed % parts.length)]).begin();
        const ready = new Set<string>();
        for (;;) {
          const next = parts.find((part) => part.starts > 0 && !ready.has(part.name));
          if (next === undefined) break;
          expect(next.dependsOn.every((name) => ready.has(name))).toBe(true);
          ready.add(next.name);
          next.become(true);
        }
        expect(journal.toSorted()).toEqual(parts.map(({ name }) => name).toSorted());
      }),
    );
  });
});
