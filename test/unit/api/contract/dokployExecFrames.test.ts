import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameReader, frameHead, jsonFrame, type Frame } from '../../../../src/api/contract/execFrames.ts';

const json = 0;
const data = [1, 2] as const;

/** Cuts bytes at the given places, wherever they are. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set([0, ...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

/** Pieces of one kind that follow each other, as one. */
function joined(frames: readonly Frame[]): (readonly [kind: number, hex: string])[] {
  const all: [number, string][] = [];
  for (const { kind, bytes } of frames) {
    const last = all.at(-1);
    if (last !== undefined && last[0] === kind && kind !== json) last[1] += bytes.toString('hex');
    else all.push([kind, bytes.toString('hex')]);
  }
  return all;
}

describe('frames', () => {
  it('come out as they went in, however their bytes are cut', () => {
    const frame = fc.oneof(
      fc.jsonValue().map((value) => ({ kind: json, bytes: Buffer.from(JSON.stringify(value)) })),
      fc.record({
        kind: fc.constantFrom(...data),
        bytes: fc.uint8Array({ maxLength: 300 }).map((a) => Buffer.from(a)),
      }),
    );
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.nat(5000)), (frames, places) => {
        const whole = Buffer.concat(frames.flatMap(({ kind, bytes }) => [frameHead(kind, bytes.length), bytes]));
        const reader = createFrameReader({ json, data });
        const got = cut(whole, places).flatMap((piece) => [...reader.read(piece)]);
        expect(joined(got)).toEqual(joined(frames.filter(({ kind, bytes }) => kind === json || bytes.length > 0)));
        expect(reader.torn).toBe(false);
      }),
    );
  });

  it('give data before it is all there, and say that it is not', () => {
    const reader = createFrameReader({ json, data });
    const begun = Buffer.concat([frameHead(2, 0xff_ff_ff_ff), Buffer.from('ab')]);
    expect([...reader.read(begun)]).toEqual([{ kind: 2, bytes: Buffer.from('ab') }]);
    expect([...reader.read(Buffer.from('c'))]).toEqual([{ kind: 2, bytes: Buffer.from('c') }]);
    expect(reader.torn).toBe(true);
  });

  it('are whole where they are JSON', () => {
    const reader = createFrameReader({ json, data });
    const frame = jsonFrame(json, { command: 'ä' });
    expect([...reader.read(frame.subarray(0, -1))]).toEqual([]);
    const [only] = reader.read(frame.subarray(-1));
    expect(JSON.parse(only?.bytes.toString() ?? '')).toEqual({ command: 'ä' });
  });

  it('are given, or refused as what they are, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const reader = createFrameReader({ json, data });
        let given = 0;
        try {
          for (const chunk of chunks) for (const { bytes } of reader.read(Buffer.from(chunk))) given += bytes.length;
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
        expect(given).toBeLessThanOrEqual(chunks.reduce((sum, { length }) => sum + length, 0));
      }),
    );
  });
});
