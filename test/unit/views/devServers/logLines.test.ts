import { describe, expect, it } from 'vitest';
import type { DevServerLogEntry } from '../../../../src/api/contract/devServers.ts';
import type { LogEntryView } from '../../../../src/api/contract/logs.ts';
import { asLogEntry, DevServerLogFormatter } from '../../../../src/views/devServers/logLines.ts';
import { formatLocalIso } from '../../../../src/views/shared/format.ts';
import { l10n } from '../samples.ts';

const time = Date.UTC(2026, 10, 21, 12);
const stamp = formatLocalIso(time);

function line(text: string, from?: string, more: Partial<Extract<LogEntryView, { kind: 'line' }>> = {}): LogEntryView {
  return { kind: 'line', seq: 1, time, source: 'stdout', text, ...(from === undefined ? {} : { from }), ...more };
}

describe('the log of a project', () => {
  it('says whose each line is, without colours', () => {
    const text = new DevServerLogFormatter(l10n).format([
      line('\u001B[32mready\u001B[0m in 3 ms', 'ui'),
      line('pkg/main.go:3:7: undefined: x', 'backend', { source: 'stderr' }),
      line('starting', 'ui', { source: 'system' }),
    ]);
    expect(text).toBe(
      `${stamp} [ui] ready in 3 ms\n${stamp} [backend] pkg/main.go:3:7: undefined: x\n${stamp} [devyard] starting\n`,
    );
  });

  it('does not mix up pieces of lines that two of them write at once', () => {
    const pieces = [
      line('a', 'ui', { continued: true }),
      line('x', 'backend', { continued: true }),
      line('y', 'backend'),
      line('b', 'ui'),
    ];
    expect(new DevServerLogFormatter(l10n).format(pieces)).toBe(
      `${stamp} [ui] a\n${stamp} [backend] xy\n${stamp} [ui] b\n`,
    );
  });

  it('leaves only what one source wrote', () => {
    const entries = [line('a', 'ui'), line('b', 'backend'), line('c', 'ui', { source: 'system' })];
    expect(new DevServerLogFormatter(l10n, 'ui').format(entries)).toBe(`${stamp} [ui] a\n`);
    expect(new DevServerLogFormatter(l10n, 'manager').format(entries)).toBe(`${stamp} [devyard] c\n`);
  });

  it('reads the same from both forms of the API', () => {
    const entry = (source: string, level: DevServerLogEntry['level']): DevServerLogEntry => ({
      seq: 1,
      timestamp: new Date(time).toISOString(),
      source,
      level,
      message: 'text',
      pluginID: 'demo',
    });
    expect(asLogEntry(entry('ui', 'info'))).toEqual(line('text', 'ui'));
    expect(asLogEntry(entry('ui', 'error'))).toEqual(line('text', 'ui', { source: 'stderr' }));
    expect(asLogEntry(entry('manager', 'warn'))).toEqual(line('text', undefined, { source: 'system' }));
    expect(asLogEntry({ ...entry('ui', 'info'), continued: true })).toMatchObject({ continued: true });
  });
});
