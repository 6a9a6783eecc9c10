import { Agent } from 'node:http';
import { connect } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { token } from './fakes.ts';
import { createGateWorld, type GateWorld } from './gateWorld.ts';
import { ask, closed, raw } from './http.ts';

let world: GateWorld;
beforeEach(async () => {
  world = await createGateWorld();
});
afterEach(() => world.close());

const bearer = { Authorization: `Bearer ${token}` };

describe('hostile heads', () => {
  it('never bring the gate down and never reach the server without a credential', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const bytes = fc.string({
      unit: fc.constantFrom('a', ':', ' ', '\r', '\n', '\0', 'é', ';', '=', '%', '/', '?', '\t', ','),
      maxLength: 60,
    });
    const name = fc.constantFrom(
      'Cookie',
      'Host',
      'Authorization',
      'Origin',
      'Connection',
      'Upgrade',
      'Content-Length',
      'Transfer-Encoding',
      'Expect',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'HEAD', 'BREW', 'CONNECT'),
        bytes,
        fc.array(fc.tuple(fc.oneof(name, bytes), bytes), { maxLength: 6 }),
        async (method, target, headers) => {
          const lines = headers.map(([key, value]) => `${key}: ${value}\r\n`).join('');
          const socket = connect(world.port, '127.0.0.1');
          socket.on('error', () => undefined);
          socket.end(Buffer.from(`${method} /${target} HTTP/1.1\r\nHost: ${world.host}\r\n${lines}\r\n`, 'latin1'));
          socket.resume();
          await closed(socket);
          expect((await ask({ ...world.to, agent }, 'GET', '/', {})).status).toBe(401);
        },
      ),
      { numRuns: 150 },
    );
    agent.destroy();
    expect(world.reached).toEqual([]);
    expect(world.problems).toEqual([]);
  });

  it('pass with a credential or are refused, never crash', async () => {
    world.serve = (incoming, response) =>
      incoming
        .resume()
        .on('end', () => response.end('ok'))
        .on('error', () => undefined);
    const value = fc.string({
      unit: fc.constantFrom('a', 'é', ';', '=', ' ', ',', '"', '\t', '\x7f', 'ÿ'),
      maxLength: 40,
    });
    const name = fc.constantFrom(
      'Cookie',
      'Connection',
      'Accept',
      'X-A',
      'Trailer',
      'TE',
      'Expect',
      'Upgrade',
      'Keep-Alive',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'DELETE', 'PROPFIND'),
        fc.array(fc.tuple(name, value), { maxLength: 8 }),
        fc.boolean(),
        async (method, headers, chunked) => {
          const lines = headers.map(([key, text]) => `${key}: ${text}\r\n`).join('');
          const body = chunked ? 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n' : '\r\n';
          const answer = await raw(
            world.port,
            Buffer.from(
              `${method} /x HTTP/1.1\r\nHost: ${world.host}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n${lines}${body}`,
              'latin1',
            ),
          );
          expect(answer).toMatch(/^HTTP\/1.1 (200|4\d\d|5\d\d)/);
        },
      ),
      { numRuns: 150 },
    );
    expect((await ask(world.to, 'GET', '/', bearer)).text).toBe('ok');
  });
});
