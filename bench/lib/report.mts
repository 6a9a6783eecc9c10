import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../esbuild.mjs';
import type { Figure, Measured } from './bench.mts';
import type { Machine } from './machine.mts';
import { summaryOf, type Summary } from './statistics.mts';

interface Judged extends Figure {
  readonly summary: Summary;
  readonly peerSummary: Summary | undefined;
  /** Median beside the peer's median; undefined where the peer's is 0. */
  readonly ratio: number | undefined;
  readonly goalMet: boolean | undefined;
}

export interface Report {
  readonly name: string;
  readonly at: string;
  readonly machine: Machine;
  /** Load of the machine before and after. */
  readonly load: readonly [number, number];
  readonly figures: readonly Judged[];
  readonly notes: readonly string[];
  readonly skipped: readonly string[];
}

export function judge(measured: Measured): Pick<Report, 'figures' | 'notes' | 'skipped'> {
  const figures = measured.figures.map((figure) => {
    const summary = summaryOf(figure.samples);
    const peerSummary = figure.peer === undefined ? undefined : summaryOf(figure.peer.samples);
    const ratio =
      peerSummary === undefined || peerSummary.median === 0 ? undefined : summary.median / peerSummary.median;
    const goalMet = figure.goal === undefined ? undefined : summary[figure.goal.of] <= figure.goal.limit;
    return { ...figure, summary, peerSummary, ratio, goalMet };
  });
  return { figures, notes: measured.notes ?? [], skipped: measured.skipped ?? [] };
}

/** Writes `bench/results/<name>.json`; resolves its path. */
export async function save(report: Report): Promise<string> {
  const folder = join(root, 'bench', 'results');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${report.name}.json`);
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
  return file;
}

const headings = ['figure', 'n', 'median', 'p95', 'p99', 'min–max', 'IQR', 'peer', 'its median', 'ratio', 'goal', ''];

/** One table of all reports, for a terminal. */
export function table(reports: readonly Report[]): string {
  const rows = reports.flatMap(({ name, figures }) => figures.map((figure) => cells(name, figure)));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const remarks = reports.flatMap(({ name, notes, skipped }) => [
    ...notes.map((note) => `${name}: ${note}`),
    ...skipped.map((reason) => `skipped: ${name}: ${reason}`),
  ]);
  return [line(headings), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line), ...remarks].join('\n');
}

function cells(name: string, { what, unit, summary, peer, peerSummary, ratio, goal, goalMet }: Judged): string[] {
  const { n, median, p95, p99, min, max, q1, q3 } = summary;
  return [
    `${name}: ${what}`,
    String(n),
    `${short(median)} ${unit}`,
    short(p95),
    short(p99),
    `${short(min)}–${short(max)}`,
    `${short(q1)}–${short(q3)}`,
    peer?.what ?? '',
    peerSummary === undefined ? '' : `${short(peerSummary.median)} ${unit}`,
    ratio === undefined ? '' : `×${short(ratio)}`,
    goal === undefined ? '' : `${goal.of} ≤ ${String(goal.limit)} ${unit}`,
    goalMet === undefined ? '' : goalMet ? '✓' : '✗ missed',
  ];
}

/** Three digits that matter. */
function short(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || value === 0 ? 0 : size >= 10 ? 1 : 2);
}
