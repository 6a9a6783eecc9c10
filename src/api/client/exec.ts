import { Readable, Writable } from 'node:stream';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { ErrorBody } from '../contract/common.ts';
import { createFrameReader, frameHead, frameKinds, jsonFrame, type ExitStatus } from '../contract/execFrames.ts';
import { execFramesType, workspaceExecPath } from '../contract/routes.ts';
import { ApiError, cancelled, unavailable, type Transport } from './transport.ts';

/** A command that runs in a workspace. Bytes stay as they are. */
export interface WorkspaceCommand {
  /** Ending it is the end of the command's input. What a command that ended did not read is thrown away. */
  readonly stdin: Writable;
  /** Both must be read: they share a connection, and one that is full makes the other wait. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** How it ended; what both streams still hold stays to be read. Rejects with ApiError when nobody knows. */
  readonly exit: Promise<ExitStatus>;
}

/** Resolves when the command runs; rejects with ApiError. The signal ends it. */
export async function execIn(
  transport: Transport,
  id: string,
  command: string,
  signal?: AbortSignal,
): Promise<WorkspaceCommand> {
  const { request, answer } = await transport.exchange({
    path: workspaceExecPath(id),
    type: execFramesType,
    first: jsonFrame(frameKinds.command, { command }),
    signal,
  });
  const stdin = inputOf(request);
  const [stdout, stderr] = [new Outlet(), new Outlet()];
  const exit = receive(answer, { [frameKinds.output]: stdout, [frameKinds.errors]: stderr })
    .catch((error: unknown) => {
      throw error instanceof ApiError ? error : signal?.aborted === true ? cancelled(error) : unavailable(error);
    })
    .finally(() => {
      stdout.push(null);
      stderr.push(null);
      // Also when input is still to come: nobody reads it any more.
      request.end();
    });
  // Who does not ask how it ended need not be told that it broke.
  exit.catch(() => undefined);
  return { stdin, stdout, stderr, exit };
}

/** Gives each stream its bytes, at the pace of the slower reader. Resolves with what the last frame says. */
async function receive(answer: IncomingMessage, outlets: Readonly<Record<number, Outlet>>): Promise<ExitStatus> {
  const frames = createFrameReader({ json: frameKinds.end, data: Object.keys(outlets).map(Number) });
  let end: { readonly exit?: ExitStatus; readonly error?: ErrorBody['error'] } = {};
  for await (const chunk of answer) {
    for (const { kind, bytes } of frames.read(chunk as Buffer)) {
      const outlet = outlets[kind];
      if (outlet !== undefined) await outlet.deliver(bytes);
      else end = JSON.parse(bytes.toString()) as typeof end;
    }
  }
  if (end.exit !== undefined) return end.exit;
  throw end.error === undefined ? new Error('the answer breaks off') : new ApiError({ ...end.error, status: 200 });
}

function inputOf(request: ClientRequest): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (request.writableEnded || request.destroyed) {
        done();
        return;
      }
      request.write(frameHead(frameKinds.input, chunk.length));
      // Called in any case, with an error when the connection breaks: that is told by `exit`.
      request.write(chunk, () => done());
    },
    final(done) {
      request.end();
      done();
    },
  });
}

/** A stream that says when it may get more. */
class Outlet extends Readable {
  #wake: () => void = () => undefined;

  /** Resolves when the reader wants more, or nothing any more. */
  async deliver(bytes: Buffer): Promise<void> {
    if (this.destroyed || this.push(bytes)) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  override _read(): void {
    this.#wake();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#wake();
    done(error);
  }
}
