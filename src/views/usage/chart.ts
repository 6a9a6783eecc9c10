import type { OperationOutput } from '../../api/contract/operations.ts';

export type Sample = OperationOutput<'codeServers.metrics'>['samples'][number];

/** One measured quantity over time. */
export interface Series {
  /** Oldest first. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
  readonly format: (value: number) => string;
  /** The axis reaches at least this far. */
  readonly atLeast: number;
  /** Steps of the axis: 1 for percent, 1024 ** 2 for memory. */
  readonly unit: number;
}

/** In units of the drawing. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Between two samples that lie further apart nobody measured: the line has a gap there. Milliseconds. */
const gapMs = 90_000;

/** A round value at or above the highest one, as the axis' end: 1, 2 or 5 times a power of ten, in `unit`. */
export function axisEnd(highest: number, unit: number, atLeast: number): number {
  const value = Math.max(highest, atLeast) / unit;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((one) => one * power >= value) ?? 10;
  return factor * power * unit;
}

/** Highest point of a series; 0 without points. */
export function highest({ points }: Series): number {
  return points.reduce((most, { value }) => Math.max(most, value), 0);
}

/** Points that lie close together are drawn as one, the highest: more than one a pixel is not seen. */
function thinned(points: Series['points'], most: number): Series['points'] {
  if (points.length <= most) return points;
  const size = points.length / most;
  return Array.from({ length: most }, (_, index) => {
    const part = points.slice(Math.floor(index * size), Math.floor((index + 1) * size));
    return part.reduce((one, other) => (other.value > one.value ? other : one));
  });
}

/** Path data of the line, and of the area below it. Times `from` and `to` are the frame's left and right side. */
export function pathsOf(
  series: Series,
  frame: Frame,
  from: number,
  to: number,
): { readonly line: string; readonly area: string } {
  const end = axisEnd(highest(series), series.unit, series.atLeast);
  const x = (at: number): number => frame.left + ((at - from) / Math.max(1, to - from)) * frame.width;
  const y = (value: number): number => frame.top + frame.height - (Math.max(0, value) / end) * frame.height;
  const bottom = frame.top + frame.height;
  const runs: { x: number; y: number }[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { at, value } of thinned(series.points, Math.round(frame.width))) {
    if (at - last > gapMs) runs.push([]);
    runs.at(-1)?.push({ x: x(at), y: y(value) });
    last = at;
  }
  const round = (value: number): string => (Math.round(value * 10) / 10).toString();
  const line = runs.map((run) =>
    run.map((one, index) => `${index === 0 ? 'M' : 'L'}${round(one.x)} ${round(one.y)}`).join(''),
  );
  const area = runs.map(
    (run, index) =>
      `${line[index] ?? ''}L${round(run.at(-1)?.x ?? 0)} ${round(bottom)}L${round(run[0]?.x ?? 0)} ${round(bottom)}Z`,
  );
  return { line: line.join(''), area: area.join('') };
}

export function cpuSeries(samples: readonly Sample[], format: Series['format']): Series {
  return { points: samples.map(({ at, cpuPercent }) => ({ at, value: cpuPercent })), format, atLeast: 10, unit: 1 };
}

export function memorySeries(samples: readonly Sample[], format: Series['format']): Series {
  const points = samples.map(({ at, memoryBytes }) => ({ at, value: memoryBytes }));
  return { points, format, atLeast: 100 * 1024 ** 2, unit: 1024 ** 2 };
}
