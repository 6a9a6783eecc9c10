import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ByteWriter } from '../../../../src/api/server/byteWriter.ts';
import { deliverAll } from '../../../../src/api/server/deliver.ts';

describe('a byte writer', () => {
  it('holds what was added since the beginning of the message, message after message', () => {
    const part = fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 3000 }), times: fc.nat({ max: 200 }) });
    fc.assert(
      fc.property(fc.array(fc.array(part), { maxLength: 5 }), (messages) => {
        const writer = new ByteWriter();
        for (const message of messages) {
          writer.begin();
          const expected = message.map(({ text, times }) => Buffer.from(text.repeat(times)));
          for (const { text, times } of message) writer.addText(text.repeat(times));
          expect(writer.bytes.equals(Buffer.concat(expected))).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('delivering', () => {
  it('asks for the next item only when the one before is through, and passes a failure on', async () => {
    const seen: string[] = [];
    const items = async function* (): AsyncGenerator<number> {
      for (const item of [1, 2]) {
        seen.push(`asked ${item}`);
        yield item;
      }
      throw new Error('broken');
    };
    const delivered = deliverAll(items(), async (item) => {
      seen.push(`began ${item}`);
      await Promise.resolve();
      seen.push(`through ${item}`);
    });
    await expect(delivered).rejects.toThrow('broken');
    expect(seen).toEqual(['asked 1', 'began 1', 'through 1', 'asked 2', 'began 2', 'through 2']);
  });
});
