import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { splice } from '../../../../../src/managers/dokploy/ssh/splice.ts';

/** Two streams that are spliced, seen from their far ends. */
function spliced(): { readonly a: Duplex; readonly b: Duplex; readonly inner: readonly [Duplex, Duplex] } {
  const [[a, innerA], [b, innerB]] = [duplexPair({ allowHalfOpen: true }), duplexPair({ allowHalfOpen: true })];
  for (const stream of [a, b]) stream.on('error', () => undefined);
  splice(innerA, innerB);
  return { a, b, inner: [innerA, innerB] };
}

async function text(stream: Duplex): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += String(chunk);
  return all;
}

describe('two streams that are spliced', () => {
  it('end one way while the other goes on', async () => {
    const { a, b } = spliced();
    a.end('question');
    const asked = text(b);
    b.write('answer');
    expect(await asked).toBe('question');
    b.end(' and more');
    expect(await text(a)).toBe('answer and more');
  });

  it('are cut off together', async () => {
    const { inner } = spliced();
    inner[0].destroy();
    await once(inner[1], 'close');
    expect(inner[1].readableEnded).toBe(false);
  });

  it('deliver what was given before one of them went', async () => {
    const { a, b, inner } = spliced();
    const received = text(a);
    const closed = once(inner[0], 'close');
    b.end('last words');
    await once(inner[1], 'end');
    inner[1].destroy();
    expect(await received).toBe('last words');
    await closed;
  });
});
