import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogLines } from '../../../../../src/views/dokploy/connect/logText.ts';
import { TextFollower } from '../../../../../src/views/dokploy/connect/textFollower.ts';

const linesOf = (pieces: readonly Uint8Array[]): string => {
  const lines = new LogLines();
  return pieces.map((piece) => lines.push(piece)).join('') + lines.end();
};

describe('the lines of a log', () => {
  it('are whole, without colours, and say what a progress bar said last', () => {
    const text = '\u001B[32mPulling\u001B[0m\r\n 10 %\r 50 %\r100 %\ndone\r\nlast';
    expect(linesOf([Buffer.from(text)])).toBe('Pulling\n100 %\ndone\nlast\n');
  });

  it('are the same however the log is cut', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'ß', '✓', ' ', '\u001B[31m', '\r') });
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat({ max: 60 })), (lines, cuts) => {
        const bytes = Buffer.from(lines.join('\n'));
        const at = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b);
        const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(linesOf(pieces)).toBe(linesOf([bytes]));
      }),
    );
  });

  it('do not wait for the end of a line that has none', () => {
    const lines = new LogLines();
    expect(lines.push(Buffer.from('x'.repeat(40_000)))).toHaveLength(40_001);
    expect(lines.push(Buffer.from('y\n'))).toBe('y\n');
  });
});

/** A log that a test writes, one connection after the other. */
function fakeLog() {
  let shown = '';
  const notes: string[] = [];
  const connections: { write: (text: string) => void; end: (error?: Error) => void; signal: AbortSignal }[] = [];
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const look of waiting) look();
  };
  const until = async (is: () => boolean): Promise<void> => {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!is()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  };
  const follower = new TextFollower(
    {
      read: (signal) => {
        const stream = new ReadableStream<Uint8Array>({
          start: (controller) => {
            let over = false;
            const end = (error?: Error): void => {
              if (over) return;
              over = true;
              if (error === undefined) controller.close();
              else controller.error(error);
            };
            signal.addEventListener('abort', () => end());
            connections.push({ write: (text) => controller.enqueue(Buffer.from(text)), end, signal });
          },
        });
        changed();
        return Promise.resolve(stream);
      },
      replace: (text) => {
        shown = text;
        changed();
      },
      append: (text) => {
        shown += text;
        changed();
      },
      note: (message) => {
        notes.push(message);
        changed();
      },
    },
    () => '── header ──\n',
  );
  const connection = async (count: number): Promise<(typeof connections)[number]> => {
    await until(() => connections.length >= count);
    const found = connections[count - 1];
    if (found === undefined) throw new Error('There is no such connection.');
    return found;
  };
  return { follower, connection, until, shown: () => shown, notes, count: () => connections.length };
}

/** Whatever follows from what has happened has happened, too: nothing in it takes time. */
async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe('a log that somebody looks at', () => {
  it('has no connection before it is looked at, nor after', async () => {
    const log = fakeLog();
    expect([log.follower.following, log.count()]).toEqual([false, 0]);
    log.follower.resume();
    log.follower.resume();
    const first = await log.connection(1);
    first.write('one\n');
    await log.until(() => log.shown() === '── header ──\none\n');
    log.follower.pause();
    expect([first.signal.aborted, log.follower.following, log.count()]).toEqual([true, false, 1]);
    log.follower.look();
    expect(log.count()).toBe(1);
  });

  it('is put in the place of what was shown when it is looked at again: no line comes twice', async () => {
    const log = fakeLog();
    log.follower.resume();
    (await log.connection(1)).write('one\n');
    await log.until(() => log.shown().endsWith('one\n'));
    log.follower.pause();
    log.follower.resume();
    const second = await log.connection(2);
    expect(log.shown()).toBe('── header ──\none\n');
    second.write('one\ntwo\n');
    await log.until(() => log.shown() === '── header ──\none\ntwo\n');
    log.follower.pause();
  });

  it('connects again after a break, and says once why it broke', async () => {
    const log = fakeLog();
    log.follower.resume();
    const first = await log.connection(1);
    first.write('one\n');
    await log.until(() => log.shown().endsWith('one\n'));
    first.end(new Error('torn'));
    await log.until(() => log.notes.length > 0);
    await settled();
    log.follower.look();
    (await log.connection(2)).end(new Error('torn again'));
    await settled();
    log.follower.look();
    const third = await log.connection(3);
    third.write('one\ntwo\n');
    await log.until(() => log.shown() === '── header ──\none\ntwo\n');
    expect(log.notes).toEqual(['torn']);
    log.follower.pause();
  });

  it('that has come to its end is read again only when there is news', async () => {
    const log = fakeLog();
    log.follower.resume();
    const first = await log.connection(1);
    first.write('done');
    first.end();
    await log.until(() => log.shown() === '── header ──\ndone\n');
    await settled();
    expect(log.count()).toBe(1);
    log.follower.look();
    (await log.connection(2)).write('next deployment\n');
    await log.until(() => log.shown() === '── header ──\nnext deployment\n');
    log.follower.pause();
  });

  it('is read once more when there was news while it came to its end', async () => {
    const log = fakeLog();
    log.follower.resume();
    const first = await log.connection(1);
    first.write('old\n');
    await log.until(() => log.shown().endsWith('old\n'));
    log.follower.look();
    first.end();
    (await log.connection(2)).write('new\n');
    await log.until(() => log.shown() === '── header ──\nnew\n');
    expect(log.count()).toBe(2);
    log.follower.pause();
  });

  it('that is empty shows whose it is', async () => {
    const log = fakeLog();
    log.follower.resume();
    (await log.connection(1)).end();
    await log.until(() => log.shown() !== '');
    expect(log.shown()).toBe('── header ──\n');
    log.follower.pause();
  });
});
