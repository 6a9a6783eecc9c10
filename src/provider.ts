import { build } from './build.ts';
import { systemClock } from './managers/shared/clock.ts';
import type { Streams } from './provider/passThrough.ts';
import { run, Terminated } from './provider/run.ts';

/**
 * The DevPod provider: wiring from this process to one verb. It runs as soon as it is loaded, by itself
 * (`node dist/provider.js status`) or by the command line (`devyard provider status`).
 */
async function main(): Promise<never> {
  const { stdout, stderr } = process;
  const controller = new AbortController();
  let isOver = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const terminated = new Terminated(signal);
      // Whoever asks again, or when only a slow reader is waited for, does not want to wait.
      if (isOver || controller.signal.aborted) {
        if (!isOver) stderr.write(`devyard: ${terminated.message}\n`);
        process.exit(terminated.exitCode);
      }
      controller.abort(terminated);
    });
  }
  // The clock's timers do not keep the process alive, and neither does a stream that is paused.
  setInterval(() => undefined, 2 ** 30);
  const streams: Streams = {
    stdout,
    stderr,
    // Opened by who reads it: a pipe that is open and not read would keep whoever writes into it waiting.
    get stdin() {
      return process.stdin;
    },
  };
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const code = await run(wordsAfterProvider(process.argv), {
    env: process.env,
    streams,
    signal: controller.signal,
    clock: systemClock,
    version: build.version,
    // An editor's Node.js is one only where a variable says so.
    self: [process.versions['electron'] === undefined ? process.execPath : 'node', __filename],
    openServer: async (options) => (await import('./provider/server.ts')).openServer(options, systemClock),
  });
  isOver = true;
  await Promise.all([drained(stdout), drained(stderr)]);
  // Stdin may stay open for ever, and connections that are kept would be waited for.
  process.exit(code);
}

function wordsAfterProvider(argv: readonly string[]): readonly string[] {
  const words = argv.slice(2);
  return words[0] === 'provider' ? words.slice(1) : words;
}

/** Resolves when all that was written is out, or nobody takes it. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
}

void main();
