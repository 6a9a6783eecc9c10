import type { Localizer } from '../shared/l10n.ts';
import { formatBytes, formatDuration, formatPercent } from '../shared/format.ts';
import { axisEnd, cpuSeries, type Frame, highest, memorySeries, pathsOf, type Sample, type Series } from './chart.ts';

/** What the panel shows: drawings as SVG, and the same in words for who does not see them. */
export interface Drawing {
  readonly charts: readonly {
    readonly title: string;
    readonly now: string;
    readonly svg: string;
    readonly text: string;
  }[];
}

/** Units of the drawing; the panel scales it. */
const size = { width: 720, height: 190 } as const;
const frame: Frame = { left: 64, top: 10, width: 644, height: 150 };

export function drawingOf(samples: readonly Sample[], l10n: Localizer): Drawing {
  const cpu = cpuSeries(samples, formatPercent);
  const memory = memorySeries(samples, formatBytes);
  return {
    charts: [chart(l10n.t('CPU'), 'cpu', cpu, l10n), chart(l10n.t('Memory'), 'memory', memory, l10n)],
  };
}

function chart(title: string, kind: string, series: Series, l10n: Localizer): Drawing['charts'][number] {
  const newest = series.points.at(-1);
  const now = newest === undefined ? '–' : series.format(newest.value);
  const text = inWords(title, series, l10n);
  return { title, now, text, svg: svgOf(kind, text, series, l10n) };
}

/** `CPU over the last 12 min: now 3 %, at most 97 %, 8 % on average.` */
export function inWords(title: string, series: Series, l10n: Localizer): string {
  const { points, format } = series;
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return l10n.t('{0}: nothing was measured yet.', title);
  const average = points.reduce((sum, { value }) => sum + value, 0) / points.length;
  return l10n.t(
    '{0} over the last {1}: now {2}, at most {3}, {4} on average.',
    title,
    formatDuration(last.at - first.at, l10n),
    format(last.value),
    format(highest(series)),
    format(average),
  );
}

function svgOf(kind: string, label: string, series: Series, l10n: Localizer): string {
  const to = series.points.at(-1)?.at ?? 0;
  // The first minute fills a minute's width, so that a new chart does not begin as a staircase.
  const from = Math.min(series.points[0]?.at ?? 0, to - 60_000);
  const { line, area } = pathsOf(series, frame, from, to);
  const end = axisEnd(highest(series), series.unit, series.atLeast);
  const bottom = frame.top + frame.height;
  const rules = [0, 0.5, 1].map((part) => {
    const y = String(bottom - part * frame.height);
    const right = String(frame.left + frame.width);
    const text = escapeXml(series.format(end * part));
    return (
      `<line class="rule" x1="${String(frame.left)}" x2="${right}" y1="${y}" y2="${y}"/>` +
      `<text x="${String(frame.left - 8)}" y="${y}" dy="4" text-anchor="end">${text}</text>`
    );
  });
  const ages = [0, 0.5, 1].map((part) => {
    const ms = (to - from) * (1 - part);
    const text = ms < 1000 ? l10n.t('now') : l10n.t('{0} ago', formatDuration(ms, l10n));
    const anchor = part === 0 ? 'start' : part === 1 ? 'end' : 'middle';
    const x = String(frame.left + part * frame.width);
    return `<text x="${x}" y="${String(bottom + 20)}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
  });
  const body = [...rules, ...ages, `<path class="area" d="${area}"/>`, `<path class="line" d="${line}"/>`].join('');
  const box = `0 0 ${String(size.width)} ${String(size.height)}`;
  return `<svg class="${kind}" viewBox="${box}" role="img" aria-label="${escapeXml(label)}">${body}</svg>`;
}

export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
