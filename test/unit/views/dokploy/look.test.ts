import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Look, type RowsOnScreen } from '../../../../src/views/dokploy/look.ts';

let rows: RowsOnScreen;
let told: RowsOnScreen[];
let look: Look;

beforeEach(() => {
  vi.useFakeTimers();
  rows = { servers: ['s'], workspaces: ['a'] };
  told = [];
  look = new Look({ rows: () => rows, tell: (some) => told.push(some) });
});

afterEach(() => {
  look.dispose();
  vi.useRealTimers();
});

describe('what somebody looks at', () => {
  it('is said at once, again while it is seen, and taken back when it is not', () => {
    look.setVisible(true);
    look.setVisible(true);
    expect(told).toEqual([rows]);
    vi.advanceTimersByTime(30_000);
    expect(told).toEqual([rows, rows, rows]);
    look.setVisible(false);
    expect(told.at(-1)).toEqual({ servers: [], workspaces: [] });
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(4);
  });

  it('is said once for all rows that came on screen together, and not when they are the same', () => {
    look.setVisible(true);
    look.changed();
    vi.advanceTimersByTime(1000);
    expect(told).toHaveLength(1);
    rows = { servers: ['s'], workspaces: ['a', 'b'] };
    look.changed();
    look.changed();
    vi.advanceTimersByTime(1000);
    expect(told.slice(1)).toEqual([rows]);
  });

  it('is said to a daemon that has come anew, and to nobody while it is hidden', () => {
    look.again();
    look.changed();
    look.setVisible(false);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
    look.setVisible(true);
    look.again();
    expect(told).toEqual([rows, rows]);
  });

  it('is forgotten with the window', () => {
    look.setVisible(true);
    look.changed();
    look.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });
});
