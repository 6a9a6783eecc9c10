import { setFlagsFromString } from 'node:v8';
import { command } from '../command.ts';
import { fail, print } from '../output.ts';

/** A daemon that an editor started ends by itself after this long without a client and without a process. */
const idleExitMs = 10 * 60_000;

/**
 * Runs the daemon in the foreground. Its first line on stdout says, as JSON, where it serves, or why it does not.
 * TERM or Ctrl+C ends it in good order; what it runs goes on.
 */
export const serveCommand = command({
  words: ['serve'],
  summary: 'run the daemon in the foreground',
  options: ['listen', 'token-file', 'idle-exit'],
  async run({ options, surroundings: { dataDir, bundleDir, env } }) {
    // Loaded only here: every other command is a client and should start quickly.
    const { runDaemon } = await import('../../daemon.ts');
    // Else the young generation grows to 32 MB while servers start and is never given back; see bench/README.md.
    setFlagsFromString('--semi-space-growth-factor=1');
    // Else V8 lets the garbage of a flood of log lines grow to 70 MB before it collects it; see bench/README.md.
    setFlagsFromString('--heap-growing-percent=50');
    let daemon: Awaited<ReturnType<typeof runDaemon>>;
    try {
      daemon = await runDaemon({
        dataDir,
        bundleDir,
        listen: options.listen,
        tokenFile: options['token-file'],
        idleExitMs: options['idle-exit'] ? idleExitMs : undefined,
        env,
      });
    } catch (error) {
      const { code = 'internal', message, hint } = error as { code?: string; message: string; hint?: string };
      print(JSON.stringify({ ready: false, error: { code, message, hint } }));
      // Half a daemon may have been opened by now; none of it must keep this process.
      process.exit(fail(error));
    }
    const end = (): void => void daemon.end({ endRunning: false });
    process.on('SIGTERM', end);
    process.on('SIGINT', end);
    process.on('SIGHUP', () => undefined);
    // The window that started it may close its end of the pipe at any time.
    process.stdout.on('error', () => undefined);
    print(JSON.stringify({ ready: true, url: daemon.url, socket: daemon.socket, pid: process.pid }));
    await daemon.ended;
    // Whatever is still open belongs to nobody any more.
    process.exit(0);
  },
});
