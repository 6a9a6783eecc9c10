import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { Readable, Writable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFrameReader, frameHead, frameKinds, jsonFrame } from '../../../src/api/contract/execFrames.ts';
import { execFramesType } from '../../../src/api/contract/routes.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import { bearer, json, startApi, type ApiWorld } from './apiWorld.ts';
import { ask, closed, open, readUntil } from './http.ts';

const path = '/api/dokploy/workspaces/api/exec';
const megabyte = 1024 * 1024;
let world: ApiWorld;
beforeEach(async () => {
  world = await startApi();
});
afterEach(async () => {
  await world.close();
  for (const { exit } of world.dokploy.commands) await exit;
});
const lastCommand = () => world.dokploy.commands.at(-1) ?? expect.fail('no command was run');

describe('a command as JSON', () => {
  const linesOf = (body: string) =>
    body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('is answered with a line for each piece, and its end', async () => {
    const input = Buffer.from([0, 255, 10]).toString('base64');
    const body = JSON.stringify({ command: 'cat; echo no >&2; exit 3', input });
    const answer = await ask(world.tcp, 'POST', path, json, body);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const lines = linesOf(answer.text);
    expect(lines).toHaveLength(3);
    expect(lines).toContainEqual({ stdout: input });
    expect(lines).toContainEqual({ stderr: Buffer.from('no\n').toString('base64') });
    expect(lines.at(-1)).toEqual({ exit: { code: 3, signal: null } });
  });

  it('reads the end of its input at once where none is given', async () => {
    const answer = await ask(world.socket, 'POST', path, json, '{"command":"wc -c"}');
    expect(linesOf(answer.text)).toEqual([
      { stdout: expect.any(String) as string },
      { exit: { code: 0, signal: null } },
    ]);
  });

  it('is answered while it runs, and ended with its client', async () => {
    const answer = await open(world.socket, 'POST', path, json, '{"command":"echo begun; sleep 600"}');
    await readUntil(answer, (got) => got.includes('stdout'));
    answer.destroy();
    expect(await lastCommand().exit).toEqual({ code: null, signal: 'TERM' });
  });

  it.each([
    ['{"command":""}', 422, 'command'],
    ['{}', 422, 'command'],
    ['{"command":"true","input":"***"}', 422, 'input'],
    ['{"command":"true","input":"YQ"}', 422, 'input'],
    ['{"command":"true","timeout":1}', 422, 'timeout'],
    ['{"command":', 400, undefined],
  ])('refuses %s', async (body, status, field) => {
    const answer = await ask(world.socket, 'POST', path, json, body);
    expect([answer.status, (JSON.parse(answer.text) as { error: { field?: string } }).error.field]).toEqual([
      status,
      field,
    ]);
    expect(world.dokploy.commands).toEqual([]);
  });

  it('says how to send more than it takes', async () => {
    const answer = await ask(
      world.socket,
      'POST',
      path,
      json,
      JSON.stringify({ command: 'true', input: 'A'.repeat(22 * megabyte) }),
    );
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text)).toMatchObject({
      error: { code: 'too-large', hint: expect.stringContaining(execFramesType) as string },
    });
  });

  it('is nothing else', async () => {
    const answer = await ask(world.socket, 'POST', path, { ...bearer, 'Content-Type': 'text/plain' }, 'true');
    expect(answer.status).toBe(415);
    // Frames are for commands alone.
    const other = await ask(
      world.socket,
      'POST',
      '/api/dokploy/workspaces/api/start',
      { ...bearer, 'Content-Type': execFramesType },
      'x',
    );
    expect(other.status).toBe(415);
  });
});

describe('frames', () => {
  const begin = (): ClientRequest => {
    const outgoing = request({
      ...world.socket,
      method: 'POST',
      path,
      headers: { ...bearer, 'Content-Type': execFramesType },
    });
    outgoing.on('error', () => undefined);
    return outgoing;
  };
  const answerOf = async (outgoing: ClientRequest): Promise<IncomingMessage> =>
    ((await once(outgoing, 'response')) as [IncomingMessage])[0];
  const command = jsonFrame(frameKinds.command, { command: 'cat' });
  const endOf = (body: Buffer): unknown =>
    JSON.parse(body.toString('latin1').replace(/^.*(?=\{"(?:exit|error)")/s, ''));

  it('may come in bytes', async () => {
    const outgoing = begin();
    const answer = answerOf(outgoing);
    const all = Buffer.concat([
      command,
      frameHead(frameKinds.input, 0),
      frameHead(frameKinds.input, 5),
      Buffer.from('hello'),
    ]);
    outgoing.setNoDelay(true);
    for (const byte of all) {
      outgoing.write(Buffer.from([byte]));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    outgoing.end();
    const body = await buffer(await answer);
    const frames = [...createFrameReader({ json: frameKinds.end, data: [frameKinds.output] }).read(body)];
    expect(Buffer.concat(frames.slice(0, -1).map(({ bytes }) => bytes)).toString()).toBe('hello');
    expect(endOf(body)).toEqual({ exit: { code: 0, signal: null } });
  });

  it.each([
    ['nothing at all', Buffer.alloc(0), 'The body is wrong'],
    [
      'input first',
      Buffer.concat([frameHead(frameKinds.input, 1), Buffer.from('x')]),
      'The first frame is no command.',
    ],
    ['no JSON', Buffer.concat([frameHead(0, 1), Buffer.from('{')]), 'no JSON'],
    ['another JSON', jsonFrame(0, { command: 5 }), '"command" in the first frame is wrong'],
    ['JSON without end', frameHead(0, 0xff_ff_ff_ff), 'at most'],
    ['an unknown kind', Buffer.from([9, 0, 0, 0, 0]), 'no frame of kind 9'],
    ['half a head', Buffer.from([0, 0]), 'within a frame'],
    ['half a command', command.subarray(0, -1), 'within a frame'],
  ])('are refused before a command runs: %s', async (_, bytes, message) => {
    const outgoing = begin();
    outgoing.end(bytes);
    const answer = await answerOf(outgoing);
    expect(answer.statusCode).toBe(422);
    expect(JSON.parse(await text(answer))).toMatchObject({
      error: { code: 'invalid', field: 'body', message: expect.stringContaining(message) as string },
    });
    expect(world.dokploy.commands).toEqual([]);
  });

  it.each([
    ['an unknown kind', Buffer.from([9, 0, 0, 0, 0]), 'no frame of kind 9'],
    ['a second command', command, 'A second command'],
    ['half a frame', frameHead(frameKinds.input, 5), 'within a frame'],
  ])('that are wrong end the command: %s', async (_, bytes, message) => {
    const outgoing = begin();
    outgoing.write(command);
    const answer = await answerOf(outgoing);
    outgoing.end(bytes);
    expect(endOf(await buffer(answer))).toMatchObject({
      error: { code: 'invalid', message: expect.stringContaining(message) as string },
    });
    expect(lastCommand().isEnded()).toBe(true);
  });

  it('that break off end the command', async () => {
    const outgoing = begin();
    outgoing.write(command);
    const answer = await answerOf(outgoing);
    const gone = closed(answer);
    answer.on('error', () => undefined);
    outgoing.destroy();
    await gone;
    await lastCommand().exit;
    expect(lastCommand().isEnded()).toBe(true);
    expect(world.problems).toEqual([]);
  });

  it('of a refused command are thrown away, and the connection serves on', async () => {
    const outgoing = begin();
    outgoing.write(jsonFrame(frameKinds.command, { command: 'true' }));
    world.dokploy.fail = new DevyardError('unavailable', 'No SSH.');
    const answer = await answerOf(outgoing);
    expect(answer.statusCode).toBe(503);
    await text(answer);
    const block = Buffer.concat([frameHead(frameKinds.input, megabyte), Buffer.alloc(megabyte)]);
    await pipeline(
      Readable.from(Array.from({ length: 20 }, () => block)),
      new Writable({ write: (chunk, _encoding, done) => void outgoing.write(chunk, done) }),
    );
    outgoing.end();
    await once(outgoing, 'close');
  });
});
