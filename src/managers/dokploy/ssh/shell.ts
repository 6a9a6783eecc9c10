import { sshError } from './fault.ts';
import { sendSignal, sessionOptions } from './insides.ts';
import { type Channels, delivered, openChannel, watchEnd, watchExit } from './session.ts';
import { readerOf, writerOf } from './streams.ts';
import type { ExitStatus, RemoteShell } from './types.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
  readonly term?: string;
}

/** A login shell in a terminal. `end` hangs up. */
export async function openShell(
  channels: Channels,
  size: TerminalSize,
  options: { readonly agentForward: boolean },
): Promise<RemoteShell> {
  const { client, socket, room } = channels;
  const { columns, rows, term = 'xterm-256color' } = size;
  const channel = await openChannel(
    channels,
    // RFC 4254, 6.2: pixels are ignored when they are 0.
    (opened) =>
      client.shell({ cols: columns, rows, width: 0, height: 0, term }, sessionOptions(options.agentForward), opened),
    { discard: (late) => late.close() },
  );
  const output = readerOf(channel);
  // A terminal has one output; nothing comes here.
  channel.stderr.resume();
  const input = writerOf({ channel, socket, room });
  const status = watchExit(channel);
  const { promise: exit, resolve, reject } = Promise.withResolvers<ExitStatus>();
  exit.catch(() => undefined);
  watchEnd(channels, channel, {
    isWhole: () => status() !== undefined,
    torn: () => {
      input.stop();
      output.destroy();
      reject(channels.lost() ?? sshError('lost', `The connection to ${channels.place} broke.`));
    },
    closed: () => {
      input.stop();
      void delivered(output).then(() => resolve(status() ?? { code: null, signal: null }));
    },
  });
  return {
    input,
    output,
    exit,
    resize(newColumns, newRows) {
      channel.setWindow(newRows, newColumns, 0, 0);
    },
    end() {
      sendSignal(channel, 'HUP');
      channel.close();
      channel.resume();
    },
  };
}
