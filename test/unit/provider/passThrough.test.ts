import { PassThrough, Readable, Writable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExitStatus, RemoteCommand } from '../../../src/managers/dokploy/ssh/types.ts';
import { exitCodeOf, passThrough } from '../../../src/provider/passThrough.ts';

/** A remote command whose other ends a test holds. */
function fakeRemote() {
  const exit = Promise.withResolvers<ExitStatus>();
  const ends: (string | undefined)[] = [];
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const remote: RemoteCommand = { stdin, stdout, stderr, exit: exit.promise, end: (signal) => ends.push(signal) };
  return { remote, exit, ends, stdin, stdout, stderr };
}

function sink() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks) };
}

const never = new AbortController().signal;
/** A stdin that stays open. */
const open = () => new Readable({ read: () => undefined });

describe('a command', () => {
  it('gets what comes in and gives what goes out, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array()), fc.array(fc.uint8Array()), async (input, output) => {
        const { remote, exit, stdin, stdout } = fakeRemote();
        const [out, error] = [sink(), sink()];
        const received: Buffer[] = [];
        stdin.on('data', (chunk: Buffer) => received.push(chunk));
        const ended = new Promise<void>((resolve) => stdin.once('end', resolve));
        const given = Readable.from(input.map((chunk) => Buffer.from(chunk)));
        const code = passThrough(remote, { stdin: given, stdout: out.stream, stderr: error.stream }, never);
        await ended;
        for (const chunk of output) stdout.write(chunk);
        stdout.end(() => exit.resolve({ code: 37, signal: null }));
        expect(await code).toBe(37);
        expect(Buffer.concat(received)).toEqual(Buffer.concat(input));
        expect(out.bytes()).toEqual(Buffer.concat(output));
        expect(error.bytes()).toHaveLength(0);
      }),
      { numRuns: 30 },
    );
  });

  it('ends although stdin stays open', async () => {
    const { remote, exit } = fakeRemote();
    const code = passThrough(remote, { stdin: open(), stdout: sink().stream, stderr: sink().stream }, never);
    exit.resolve({ code: 0, signal: null });
    expect(await code).toBe(0);
  });

  it('may close its input early', async () => {
    const { remote, exit, stdin } = fakeRemote();
    const given = new PassThrough();
    const code = passThrough(remote, { stdin: given, stdout: sink().stream, stderr: sink().stream }, never);
    stdin.destroy(new Error('closed'));
    given.write('more');
    await new Promise((resolve) => setImmediate(resolve));
    exit.resolve({ code: 3, signal: null });
    expect(await code).toBe(3);
  });

  it('reads the end of its input when stdin breaks', async () => {
    const { remote, exit, stdin } = fakeRemote();
    const given = open();
    const ended = new Promise<void>((resolve) => stdin.resume().once('end', resolve));
    const code = passThrough(remote, { stdin: given, stdout: sink().stream, stderr: sink().stream }, never);
    given.destroy(new Error('EIO'));
    await ended;
    exit.resolve({ code: 0, signal: null });
    expect(await code).toBe(0);
  });

  it('is ended when nobody reads its output any more', async () => {
    const { remote, stdout, ends } = fakeRemote();
    const broken = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('broken pipe'), { code: 'EPIPE' })),
    });
    const code = passThrough(remote, { stdin: open(), stdout: broken, stderr: sink().stream }, never);
    stdout.write('x');
    expect(await code).toBe(141);
    expect(ends).toEqual(['PIPE']);
  });

  it('fails when its output cannot be written', async () => {
    const { remote, stdout, ends } = fakeRemote();
    const full = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
    });
    const code = passThrough(remote, { stdin: open(), stdout: full, stderr: sink().stream }, never);
    stdout.write('x');
    await expect(code).rejects.toThrow('no space left');
    expect(ends).toHaveLength(1);
  });

  it('is ended with the process', async () => {
    const { remote, ends } = fakeRemote();
    const controller = new AbortController();
    const streams = { stdin: open(), stdout: sink().stream, stderr: sink().stream };
    const code = passThrough(remote, streams, controller.signal);
    controller.abort(new Error('asked to end'));
    await expect(code).rejects.toThrow('asked to end');
    expect(ends).toEqual(['TERM']);
  });

  it('fails with the connection', async () => {
    const { remote, exit } = fakeRemote();
    const code = passThrough(remote, { stdin: open(), stdout: sink().stream, stderr: sink().stream }, never);
    exit.reject(new Error('the connection broke'));
    await expect(code).rejects.toThrow('the connection broke');
  });

  it('is made to wait by a slow reader', async () => {
    const { remote, exit, stdout } = fakeRemote();
    const takes: (() => void)[] = [];
    const slow = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void takes.push(done) });
    const code = passThrough(remote, { stdin: open(), stdout: slow, stderr: sink().stream }, never);
    let accepted = 0;
    while (stdout.write(Buffer.alloc(1024)) && accepted < 1000) {
      accepted += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(accepted).toBeLessThan(1000);
    exit.resolve({ code: 0, signal: null });
    await code;
  });
});

it.each<readonly [ExitStatus, number]>([
  [{ code: 0, signal: null }, 0],
  [{ code: 255, signal: null }, 255],
  [{ code: null, signal: 'TERM' }, 143],
  [{ code: null, signal: 'KILL' }, 137],
  [{ code: null, signal: 'NOSUCH' }, 128],
  [{ code: null, signal: null }, 255],
])('%j is told as %i', (status, code) => {
  expect(exitCodeOf(status)).toBe(code);
});
