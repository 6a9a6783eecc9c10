import { PassThrough } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandRun } from '../../../../../src/views/dokploy/connect/commandRun.ts';
import { copyText } from '../../../../../src/views/dokploy/connect/copyText.ts';
import { type Shell, ShellLink, type ShellSize } from '../../../../../src/views/dokploy/connect/shellLink.ts';
import { endText, exitText, failureText } from '../../../../../src/views/dokploy/connect/terminalText.ts';
import { l10n } from '../../samples.ts';
import { Screen } from './screen.ts';

type Exit = Awaited<Shell['exit']>;

/** A shell that does what a test says. */
function fakeShell() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const exit = Promise.withResolvers<Exit>();
  const sizes: ShellSize[] = [];
  let ended = 0;
  const shell: Shell = {
    input,
    output,
    exit: exit.promise,
    resize: (size) => sizes.push(size),
    end: () => {
      ended += 1;
      output.end();
      exit.resolve({ code: null, signal: 'HUP' });
    },
  };
  return {
    shell,
    input,
    output,
    sizes,
    ended: () => ended,
    finish: (how: Exit) => {
      output.end();
      exit.resolve(how);
    },
    tear: (error: Error) => {
      output.end();
      exit.reject(error);
    },
  };
}

/** A tab whose shells come one after the other; what is no shell is thrown. */
function tab(...shells: readonly (Shell | Error | Promise<Shell>)[]) {
  const screen = new Screen();
  const left = [...shells];
  const opened: ShellSize[] = [];
  let closed = 0;
  const link = new ShellLink({
    open: async (size) => {
      opened.push(size);
      const next = await left.shift();
      if (next === undefined || next instanceof Error) throw next ?? new Error('no more shells');
      return next;
    },
    write: screen.write,
    close: () => {
      closed += 1;
    },
    l10n,
  });
  return { link, screen, opened, closed: () => closed };
}

const size = { columns: 120, rows: 40 };

describe('a terminal in a workspace', () => {
  it('shows what the shell writes, whole characters only, and closes with a clean exit', async () => {
    const shell = fakeShell();
    const { link, screen, opened, closed } = tab(shell.shell);
    const over = link.open(size);
    const bytes = Buffer.from('größer ✓\r\n');
    for (const byte of bytes) shell.output.write(Buffer.of(byte));
    await screen.shows('größer ✓\r\n');
    shell.finish({ code: 0, signal: null });
    await over;
    expect(opened).toEqual([size]);
    expect(closed()).toBe(1);
    expect(screen.text).not.toContain('\uFFFD');
  });

  it('hands over what is typed and pasted, also before the shell is there', async () => {
    const shell = fakeShell();
    const later = Promise.withResolvers<Shell>();
    const { link } = tab(later.promise);
    const over = link.open(size);
    link.type('echo früh\r');
    later.resolve(shell.shell);
    const wanted = `echo früh\r${'paste '.repeat(50_000)}`;
    const received: Buffer[] = [];
    const all = new Promise<void>((resolve) => {
      shell.input.on('data', (piece: Buffer) => {
        received.push(piece);
        if (Buffer.concat(received).length >= Buffer.byteLength(wanted)) resolve();
      });
    });
    await later.promise;
    link.type('paste '.repeat(50_000));
    await all;
    expect(Buffer.concat(received).toString()).toBe(wanted);
    shell.finish({ code: 0, signal: null });
    await over;
  });

  it('tells the shell its size, and the latest one when that changed meanwhile', async () => {
    const shell = fakeShell();
    const later = Promise.withResolvers<Shell>();
    const { link, opened } = tab(later.promise);
    const over = link.open(size);
    const [wider, widest] = [
      { columns: 130, rows: 40 },
      { columns: 140, rows: 40 },
    ];
    link.resize(wider);
    later.resolve(shell.shell);
    shell.output.write('ready');
    shell.finish({ code: 3, signal: null });
    await over;
    link.resize(widest);
    expect([opened, shell.sizes]).toEqual([[size], [wider]]);
  });

  it('says the exit code, and opens another shell at Enter and at nothing else', async () => {
    const [first, second] = [fakeShell(), fakeShell()];
    const { link, screen, opened, closed } = tab(first.shell, second.shell);
    const over = link.open(size);
    first.finish({ code: 37, signal: null });
    await over;
    expect(screen.text).toContain('Exit code 37');
    expect(screen.text).toContain('Press Enter for a new shell');
    link.type('x');
    expect(opened).toHaveLength(1);
    link.type('\r');
    second.output.write('again');
    await screen.shows('again');
    expect(closed()).toBe(0);
    link.close();
  });

  it('says why there is no shell, and what to do, without obeying what a stranger wrote there', async () => {
    const refused = Object.assign(new Error('Nothing listens\u001B[2J there.'), { hint: 'Start it.' });
    const { link, screen } = tab(refused);
    await link.open(size);
    expect(screen.text).toContain('Nothing listens [2J there. Start it.');
    const broken = fakeShell();
    const other = tab(broken.shell);
    const over = other.link.open(size);
    broken.output.write('half');
    await other.screen.shows('half');
    broken.tear(new Error('The connection broke.'));
    await over;
    expect(other.screen.text).toContain('── The connection broke. ──');
  });

  it('ends the shell when the tab is closed, also one that comes too late', async () => {
    const late = fakeShell();
    const later = Promise.withResolvers<Shell>();
    const { link, screen } = tab(later.promise);
    const over = link.open(size);
    link.close();
    later.resolve(late.shell);
    await over;
    expect(late.ended()).toBe(1);
    expect(screen.text).not.toContain('Press Enter');
  });
});

/** A command that a test carries out. */
function fakeCommand() {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const exit = Promise.withResolvers<Exit>();
  return {
    running: { stdin, stdout, stderr, exit: exit.promise },
    finish: (how: Exit) => {
      stdout.end();
      stderr.end();
      exit.resolve(how);
    },
    tear: (error: Error) => {
      stdout.end();
      stderr.end();
      exit.reject(error);
    },
  };
}

describe('a command in a workspace', () => {
  it('shows both outputs with lines that begin at the left, and how it ended', async () => {
    const command = fakeCommand();
    const screen = new Screen();
    let time = 1000;
    const run = new CommandRun({
      exec: () => Promise.resolve(command.running),
      write: screen.write,
      now: () => time,
      l10n,
    });
    const over = run.run('make');
    command.running.stdout.write('one\ntwo\r\n');
    command.running.stderr.write('three\n');
    await screen.shows('three');
    await screen.shows('two');
    time = 2440;
    command.finish({ code: 37, signal: null });
    expect(await over).toBe(false);
    expect(screen.text).toContain('$ make');
    expect(screen.text).toContain('one\r\ntwo\r\n');
    expect(screen.text).toContain('Exit code 37 · 1.4 s');
    // Nobody can type, so what reads its input must not wait.
    expect(command.running.stdin.writableEnded).toBe(true);
  });

  it('is ended for real by Ctrl+C, and run again by Enter afterwards', async () => {
    const signals: AbortSignal[] = [];
    const screen = new Screen();
    const run = new CommandRun({
      exec: (_, signal) => {
        signals.push(signal);
        const command = fakeCommand();
        signal.addEventListener('abort', () => command.tear(new Error('aborted')));
        command.running.stdout.write(`run ${String(signals.length)}`);
        return Promise.resolve(command.running);
      },
      write: screen.write,
      now: () => 0,
      l10n,
    });
    const over = run.run('sleep 1000');
    await screen.shows('run 1');
    run.type('\r');
    expect(signals).toHaveLength(1);
    run.type('\u0003');
    expect(await over).toBe(false);
    expect(signals[0]?.aborted).toBe(true);
    expect(screen.text).toContain('Cancelled');
    run.type('\r');
    await screen.shows('run 2');
    run.cancel();
  });

  it('that cannot be run says why', async () => {
    const screen = new Screen();
    const run = new CommandRun({
      exec: () => Promise.reject(new Error('It is stopped.')),
      write: screen.write,
      now: () => 0,
      l10n,
    });
    expect(await run.run('ls')).toBe(false);
    expect(screen.text).toContain('It is stopped. · 0 s');
    expect(run.isRunning).toBe(false);
  });
});

describe('what a terminal is told', () => {
  it('is the same however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 5 }), async (text, length) => {
        const bytes = Buffer.from(text);
        const pieces = Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) =>
          bytes.subarray(index * length, (index + 1) * length),
        );
        let shown = '';
        await copyText(
          (async function* () {
            yield* pieces;
          })(),
          (part) => {
            shown += part;
          },
        );
        expect(shown).toBe(text);
      }),
    );
  });

  it('comes at a pace: a flood waits where it comes from', async () => {
    let taken = 0;
    let given = 0;
    const flood = (async function* () {
      for (; given < 40; given += 1) yield Buffer.alloc(64 * 1024, 'x');
    })();
    const over = copyText(flood, (text) => {
      taken += text.length;
    });
    // Everything that needs no pause happens before this.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(taken).toBeLessThan(40 * 64 * 1024);
    await over;
    expect(taken).toBe(40 * 64 * 1024);
  });

  it('says exits as people read them', () => {
    expect(exitText({ code: 0, signal: null }, l10n)).toBe('Exit code 0');
    expect(exitText({ code: null, signal: 'TERM' }, l10n)).toBe('Ended by signal TERM');
    expect(exitText({ code: null, signal: null }, l10n)).toMatch(/nobody knows/);
    expect(endText('Done', 61_000, l10n)).toBe('Done · 1 min');
    expect(failureText(new Error('a\r\nb'))).toBe('a b');
  });
});
