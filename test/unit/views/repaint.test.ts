import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Repaint } from '../../../src/views/codeServers/repaint.ts';

describe('repainting', () => {
  let painted: (string | undefined)[];
  let repaint: Repaint;

  beforeEach(() => {
    vi.useFakeTimers();
    painted = [];
    repaint = new Repaint((id) => painted.push(id));
  });
  afterEach(() => {
    repaint.dispose();
    vi.useRealTimers();
  });

  it('paints the row that changed, and the list only when the list is different', () => {
    repaint.row('a');
    expect(painted).toEqual(['a']);
    repaint.all();
    expect(painted).toEqual(['a', undefined]);
  });

  it('paints metrics at most every two seconds', () => {
    repaint.setVisible(true);
    for (let tick = 0; tick < 40; tick += 1) {
      repaint.metrics('a');
      vi.advanceTimersByTime(250);
    }
    expect(painted.length).toBeGreaterThanOrEqual(5);
    expect(painted.length).toBeLessThanOrEqual(6);
  });

  it('paints no metrics while nobody sees them, and the newest as soon as somebody does', () => {
    repaint.metrics('a');
    vi.advanceTimersByTime(60_000);
    expect(painted).toEqual([]);
    repaint.setVisible(true);
    expect(painted).toEqual(['a']);
    repaint.setVisible(false);
    repaint.metrics('a');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('never paints a row that is gone', () => {
    repaint.setVisible(true);
    repaint.row('a');
    repaint.metrics('a');
    repaint.forget('a');
    vi.advanceTimersByTime(10_000);
    expect(painted).toEqual(['a']);
  });
});
