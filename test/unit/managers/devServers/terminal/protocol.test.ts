import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  frame,
  FrameReader,
  inputFrames,
  sizeFrame,
  sizeOf,
  type FrameKind,
} from '../../../../../src/managers/devServers/terminal/protocol.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
const kinds = fc.constantFrom<FrameKind>('H', 'I', 'R', 'S', 'O');

describe('frames', () => {
  it('arrive whole, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(kinds, bytes)), fc.array(fc.integer({ min: 1, max: 50 })), (sent, cuts) => {
        let rest = Buffer.concat(sent.map(([kind, payload]) => frame(kind, payload)));
        const reader = new FrameReader();
        const got = [];
        for (const cut of [...cuts, rest.length]) {
          got.push(...reader.push(rest.subarray(0, cut)));
          rest = rest.subarray(cut);
        }
        expect(got.map(({ kind, payload }) => [kind, [...payload]])).toEqual(
          sent.map(([kind, payload]) => [kind, [...payload]]),
        );
      }),
    );
  });

  it('of a length that nobody sends are refused before they are there', () => {
    const reader = new FrameReader(10);
    expect(reader.push(frame('I', Buffer.alloc(10)))).toHaveLength(1);
    expect(() => reader.push(frame('I', Buffer.alloc(11)).subarray(0, 5))).toThrow(/11 bytes/);
  });

  it('of input are small, and together what was to be sent', () => {
    const data = Buffer.alloc(200_000, 'abc');
    const frames = [...inputFrames(data)];
    const reader = new FrameReader(64 * 1024);
    const got = frames.flatMap((each) => reader.push(each));
    expect(got).toHaveLength(4);
    expect(Buffer.concat(got.map(({ payload }) => payload)).equals(data)).toBe(true);
    expect([...inputFrames(Buffer.alloc(0))]).toEqual([]);
  });
});

describe('a size', () => {
  const sent = (columns: number, rows: number) => {
    const [got] = new FrameReader().push(sizeFrame({ columns, rows }));
    return got === undefined ? undefined : sizeOf(got.payload);
  };

  it('is what a screen can have', () => {
    expect(sent(80, 24)).toEqual({ columns: 80, rows: 24 });
    expect(sent(80.9, 1e9)).toEqual({ columns: 80, rows: 2000 });
    expect(sent(Number.NaN, -1)).toEqual({ columns: 1, rows: 1 });
  });

  it('that nobody sends is none', () => {
    expect(sizeOf(Buffer.from([0, 0, 0, 24]))).toBeUndefined();
    expect(sizeOf(Buffer.from([255, 255, 0, 24]))).toBeUndefined();
    expect(sizeOf(Buffer.from([0, 80]))).toBeUndefined();
  });
});
