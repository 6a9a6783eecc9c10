import { type Series, pathsOf } from './chart.ts';

/** Pixels. */
const width = 160;
const height = 28;

/**
 * A small picture of a series as a data URI, for a tooltip. An image knows no colours of the theme, so the caller names
 * one as `#rrggbb`.
 */
export function sparkline(series: Series, color: string): string {
  const first = series.points[0]?.at ?? 0;
  const last = series.points.at(-1)?.at ?? 0;
  const { line, area } = pathsOf(series, { left: 1, top: 2, width: width - 2, height: height - 3 }, first, last);
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}">`,
    `<path d="${area}" fill="${color}" fill-opacity="0.2"/>`,
    `<path d="${line}" fill="none" stroke="${color}" stroke-width="1.5" stroke-linejoin="round"/>`,
    '</svg>',
  ].join('');
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
