import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DevProcess } from '../../../../../src/api/contract/devServers.ts';
import { TtyLink } from '../../../../../src/views/devServers/editor/ttyLink.ts';
import { l10n } from '../../samples.ts';
import { crashed, devProcess, processRun } from '../samples.ts';

/** A terminal of the daemon: the test writes to it and ends it. */
class FakeOutput {
  readonly #pieces: (Uint8Array | 'end' | Error)[] = [];
  #wake: (() => void) | undefined;
  readers = 0;

  push(piece: Uint8Array | string | Error): void {
    this.#pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
    this.#wake?.();
  }

  end(): void {
    this.#pieces.push('end');
    this.#wake?.();
  }

  async *read(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.readers += 1;
    signal.addEventListener('abort', () => this.end());
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece === 'end') return;
      if (piece instanceof Error) throw piece;
      if (piece !== undefined) yield piece;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

const ready: DevProcess['state'] = { status: 'ready', run: processRun, readyAt: 0 };
const clear = '\u001B[2J\u001B[3J\u001B[H';

let output: FakeOutput;
let state: DevProcess['state'];
let written: string;
let sent: unknown[];
let answer: () => Promise<unknown>;
let refusal: Error | undefined;
let link: TtyLink;

beforeEach(() => {
  vi.useFakeTimers();
  output = new FakeOutput();
  state = ready;
  written = '';
  sent = [];
  answer = () => Promise.resolve();
  refusal = undefined;
  link = new TtyLink({
    read: (signal) => (refusal === undefined ? Promise.resolve(output.read(signal)) : Promise.reject(refusal)),
    send: (input) => {
      sent.push(input);
      return answer();
    },
    write: (text) => (written += text),
    process: () => devProcess('ui', state, { tty: true }),
    l10n,
  });
});

afterEach(() => {
  link.close();
  vi.useRealTimers();
});

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('the terminal of a process', () => {
  it('shows what comes, also a character in two pieces, and tells its size', async () => {
    void link.open({ columns: 80, rows: 24 });
    await settle();
    expect(sent).toEqual([{ columns: 80, rows: 24 }]);
    const smile = Buffer.from('😀');
    output.push('Continue? ');
    output.push(smile.subarray(0, 2));
    output.push(smile.subarray(2));
    await settle();
    expect(written).toBe('Continue? 😀');
    link.resize({ columns: 100, rows: 30 });
    expect(sent.at(-1)).toEqual({ columns: 100, rows: 30 });
  });

  it('types in order, one call at a time, however long an answer takes', async () => {
    void link.open(undefined);
    await settle();
    const answers: (() => void)[] = [];
    answer = () => new Promise<void>((resolve) => answers.push(resolve));
    for (const key of ['y', 'e', 's']) link.type(key);
    expect(sent).toEqual([{ input: 'y' }]);
    answers.shift()?.();
    await settle();
    expect(sent).toEqual([{ input: 'y' }, { input: 'es' }]);
    answers.shift()?.();
    await settle();
    link.type('x'.repeat(150_000));
    answers.shift()?.();
    await settle();
    answers.shift()?.();
    await settle();
    expect(sent.slice(2).map((one) => (one as { input: string }).input.length)).toEqual([100_000, 50_000]);
  });

  it('goes on in the same tab when the process was started again, with a clean screen', async () => {
    void link.open({ columns: 80, rows: 24 });
    await settle();
    output.push('first');
    state = crashed;
    output.end();
    await settle(1000);
    expect(written).toContain('first\r\n\u001B[2m── It does not run.');
    expect(output.readers).toBe(1);
    link.look();
    await settle(10_000);
    expect(output.readers).toBe(1);
    state = ready;
    link.look();
    await settle(1000);
    output.push('second');
    await settle();
    expect(output.readers).toBe(2);
    expect(written.split(clear)[1]).toBe('second');
    // The new one is told the size, too.
    expect(sent).toEqual([
      { columns: 80, rows: 24 },
      { columns: 80, rows: 24 },
    ]);
  });

  it('comes back by itself after the connection broke, and says once what is wrong for longer', async () => {
    void link.open(undefined);
    await settle();
    output.push('first');
    await settle();
    refusal = new Error('socket hang up');
    output.push(new Error('socket hang up'));
    await settle(60_000);
    expect(written.split('socket hang up')).toHaveLength(2);
    refusal = undefined;
    await settle(10_000);
    expect(output.readers).toBe(2);
    output.push('again');
    await settle();
    expect(written.endsWith(`${clear}again`)).toBe(true);
  });

  it('does not type what was meant for a process that is gone', async () => {
    void link.open(undefined);
    await settle();
    answer = () => Promise.reject(Object.assign(new Error('no terminal'), { code: 'wrong-state' }));
    link.type('rm');
    link.type(' -r');
    await settle();
    expect(sent).toEqual([{ input: 'rm' }]);
    expect(written).toContain('no terminal');
    answer = () => Promise.resolve();
    link.type('y');
    await settle();
    expect(sent.at(-1)).toEqual({ input: 'y' });
  });

  it('that is closed is read no more, and leaves no timer', async () => {
    const open = link.open(undefined);
    await settle();
    link.close();
    await open;
    output.push('late');
    await settle();
    expect(written).toBe('');
    expect(vi.getTimerCount()).toBe(0);
    state = crashed;
    const idle = new TtyLink({
      read: () => Promise.reject(new Error('never')),
      send: () => Promise.resolve(),
      write: () => undefined,
      process: () => undefined,
      l10n,
    });
    const waiting = idle.open(undefined);
    await settle();
    idle.close();
    await waiting;
    expect(vi.getTimerCount()).toBe(0);
  });
});
