import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable, Writable } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import type { RemoteCommand } from '../../managers/dokploy/ssh/types.ts';
import { DevyardError, messageOf } from '../../managers/shared/errors.ts';
import { workspaceParams } from '../contract/dokploy.ts';
import { execSchema } from '../contract/dokployAccess.ts';
import {
  createFrameReader,
  frameHead,
  frameKinds,
  jsonFrame,
  type ExitStatus,
  type Frame,
} from '../contract/execFrames.ts';
import { execFramesType, workspaceExecPath } from '../contract/routes.ts';
import type { ServerDeps } from './deps.ts';
import { drained } from './drained.ts';
import { failureBody, failureOf } from './errors.ts';
import { goneSignal, templatePath } from './routing.ts';

type ExecDeps = Pick<ServerDeps, 'dokploy' | 'onProblem'>;

/** Base64 of `input` in execSchema, and a command whose every character is escaped. */
const maxJsonBytes = 21 * 1024 * 1024;

interface PlainBody {
  readonly command: string;
  readonly input?: string;
}

/** What a command is asked to do, and what it is to read. */
interface Wish {
  readonly command: string;
  /** Feeds the command. Rejects with DevyardError when what was sent is no input. */
  readonly feed: (stdin: Writable) => Promise<void>;
  /** Throws away what was sent for it. */
  readonly drop?: () => Promise<unknown>;
}

/** How an answer says what a command says. */
interface Encoding {
  readonly type: string;
  readonly piece: (stream: 'stdout' | 'stderr', bytes: Buffer) => readonly Buffer[];
  readonly last: (value: unknown) => Buffer;
}

const frames: Encoding = {
  type: execFramesType,
  piece: (stream, bytes) => [
    frameHead(stream === 'stdout' ? frameKinds.output : frameKinds.errors, bytes.length),
    bytes,
  ],
  last: (value) => jsonFrame(frameKinds.end, value),
};

const lines: Encoding = {
  type: 'application/x-ndjson; charset=utf-8',
  piece: (stream, bytes) => [Buffer.from(`{"${stream}":"${bytes.toString('base64')}"}\n`)],
  last: (value) => Buffer.from(`${JSON.stringify(value)}\n`),
};

/**
 * `POST …/exec`: commands whose input and output stream for as long as they run, both ways at once. Once `closing` aborts,
 * those that run are ended and say so.
 */
export async function registerExec(app: FastifyInstance, deps: ExecDeps, closing: AbortSignal): Promise<void> {
  // A parser of its own, for this route only: frames pass as they come, and no limit holds for them.
  await app.register(async (scope) => {
    scope.addContentTypeParser(execFramesType, (_request, payload, done) => done(null, payload));
    scope.route<{ Params: { id: string }; Body: PlainBody | IncomingMessage }>({
      method: 'POST',
      url: templatePath(workspaceExecPath('{id}')),
      bodyLimit: maxJsonBytes,
      schema: {
        operationId: 'dokploy.exec',
        summary: `Run a command in a workspace; answered as it runs, with a JSON object a line, or with frames (${execFramesType})`,
        tags: ['dokploy'],
        params: workspaceParams,
        body: execSchema,
      },
      validatorCompiler: (route) => {
        const validate = validatorCompiler(route as Parameters<typeof validatorCompiler>[0]);
        return route.httpPart === 'body'
          ? (body: unknown) => (isFramed(body) ? { value: body } : validate(body))
          : validate;
      },
      errorHandler: (error: FastifyError) => {
        if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error;
        throw new DevyardError('too-large', `The body is larger than ${String(maxJsonBytes)} bytes.`, {
          hint: `Send the input as frames (${execFramesType}), which may be of any size.`,
        });
      },
      handler: (request, reply) => serveExec(request, reply, deps, closing),
    });
  });
}

const isFramed = (body: unknown): body is IncomingMessage =>
  typeof body === 'object' && body !== null && 'readableFlowing' in body;

async function serveExec(
  { params, body }: FastifyRequest<{ Params: { id: string }; Body: PlainBody | IncomingMessage }>,
  reply: FastifyReply,
  { dokploy, onProblem }: ExecDeps,
  closing: AbortSignal,
): Promise<void> {
  const gone = AbortSignal.any([goneSignal(reply), closing]);
  const failed = new AbortController();
  const framed = isFramed(body);
  const wish = framed ? await framedWish(body) : plainWish(body);
  let command: RemoteCommand;
  try {
    command = await dokploy.exec(params.id, wish.command, AbortSignal.any([gone, failed.signal]));
  } catch (error) {
    await wish.drop?.();
    throw error;
  }
  reply.hijack();
  const encoding = framed ? frames : lines;
  const passing = { command, wish, response: reply.raw, encoding, endCommand: () => failed.abort() };
  const last = await passOn(passing).catch((error: unknown) => {
    const failure = failureOf(closing.aborted ? daemonEnds() : error);
    if (failure.internal !== undefined && !gone.aborted) onProblem(`A command failed: ${failure.internal}`);
    return failureBody(failure, '');
  });
  reply.raw.end(encoding.last(last));
}

interface Passing {
  readonly command: RemoteCommand;
  readonly wish: Wish;
  readonly response: ServerResponse;
  readonly encoding: Encoding;
  readonly endCommand: () => void;
}

/** Resolves with how it ended, after all that it said was handed over. */
async function passOn({ command, wish, response, encoding, endCommand }: Passing): Promise<{
  readonly exit: ExitStatus;
}> {
  // Whoever breaks off is noticed where the connection's end is, and by the loops below.
  for (const stream of [response, command.stdin, command.stdout, command.stderr]) stream.on('error', ignore);
  // Asked for at last, and it may be known before that.
  command.exit.catch(ignore);
  response.writeHead(200, {
    'Content-Type': encoding.type,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  let fault: unknown;
  wish.feed(command.stdin).catch((error: unknown) => {
    fault = error;
    endCommand();
  });
  const sent = await Promise.allSettled(
    (['stdout', 'stderr'] as const).map((stream) =>
      send(command[stream], response, (bytes) => encoding.piece(stream, bytes)),
    ),
  );
  // Knows best why it ended.
  const exit = await command.exit.catch((error: unknown) => {
    throw fault ?? error;
  });
  const unsent = sent.find((end) => end.status === 'rejected');
  if (fault !== undefined || unsent !== undefined) throw fault ?? unsent?.reason;
  return { exit };
}

/** As fast as the client reads. */
async function send(
  source: Readable,
  response: ServerResponse,
  encode: (bytes: Buffer) => readonly Buffer[],
): Promise<void> {
  for await (const bytes of source as AsyncIterable<Buffer>) {
    if (response.destroyed) return;
    for (const part of encode(bytes)) response.write(part);
    await drained(response);
  }
}

function plainWish({ command, input = '' }: PlainBody): Wish {
  if (input.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(input)) {
    throw new DevyardError('invalid', '"input" in the body is wrong: it is no base64.', {
      field: 'input',
      hint: 'Encode the bytes with base64 and its padding (RFC 4648, section 4).',
    });
  }
  return {
    command,
    feed: async (stdin) => {
      stdin.end(Buffer.from(input, 'base64'));
    },
  };
}

/** The command of the first frame; what follows is read as it is wanted. */
async function framedWish(request: IncomingMessage): Promise<Wish> {
  const incoming = framesOf(request);
  const drop = () => incoming.return(undefined);
  let command: string;
  try {
    command = commandIn((await incoming.next()).value);
  } catch (error) {
    await drop();
    throw error;
  }
  return {
    command,
    drop,
    async feed(stdin) {
      for await (const { kind, bytes } of incoming) {
        if (kind !== frameKinds.input) throw wrongFrames('A second command came where its input belongs.');
        // What a command no longer reads is thrown away: its client may still be sending when it hears of the end.
        if (!stdin.writable) continue;
        stdin.write(bytes);
        await drained(stdin);
      }
      stdin.end();
    },
  };
}

/** Rejects `invalid` for what are no frames. The rest of the body is thrown away when the reader leaves. */
async function* framesOf(request: IncomingMessage): AsyncGenerator<Frame, undefined> {
  const frames = createFrameReader({ json: frameKinds.command, data: [frameKinds.input] });
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield* frames.read(chunk as Buffer);
    if (frames.torn) throw wrongFrames('The body ends within a frame.');
  } catch (error) {
    throw error instanceof RangeError ? wrongFrames(error.message) : error;
  } finally {
    request.resume();
  }
}

function commandIn(first: Frame | undefined): string {
  if (first?.kind !== frameKinds.command) throw wrongFrames('The first frame is no command.');
  try {
    const parsed = execSchema.pick({ command: true }).safeParse(JSON.parse(first.bytes.toString()));
    if (parsed.success) return parsed.data.command;
    throw wrongFrames(`"command" in the first frame is wrong: ${parsed.error.issues[0]?.message ?? ''}.`);
  } catch (error) {
    throw error instanceof SyntaxError ? wrongFrames(`The first frame is no JSON: ${messageOf(error)}.`) : error;
  }
}

function wrongFrames(message: string): DevyardError {
  return new DevyardError('invalid', message, {
    field: 'body',
    hint: 'A frame is one byte for its kind, four for its length, then its bytes; the first one is {"command"}.',
  });
}

function daemonEnds(): DevyardError {
  return new DevyardError('unavailable', 'The daemon ends, and the command with it.');
}

function ignore(): void {}
