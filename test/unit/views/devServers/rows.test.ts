import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DevServer } from '../../../../src/api/contract/devServers.ts';
import { buildItemId, devItemOf, partIds, partOf, processItemId } from '../../../../src/views/devServers/items.ts';
import { countsDown } from '../../../../src/views/devServers/presentation.ts';
import { PaintedRows, rowOf, tooltipOfRow } from '../../../../src/views/devServers/rows.ts';
import {
  emptySnapshot,
  isChange,
  type Snapshot,
  sortedDevServers,
  withDevServers,
  withEvent,
} from '../../../../src/views/shared/snapshot.ts';
import { l10n } from '../samples.ts';
import { buildStates, crashed, devBuild, devProcess, devServer, processRun, processStates } from './samples.ts';

const now = 1000;
const ready = { status: 'ready', run: processRun, readyAt: 1 } as const;

/** Paints everything, as an editor with all rows expanded does. */
function paintAll(rows: PaintedRows, snapshot: Snapshot): void {
  for (const one of sortedDevServers(snapshot)) {
    rows.listed(one);
    for (const row of [one.id, ...partIds(one)]) {
      const presentation = rowOf(snapshot, row, now, l10n);
      if (presentation !== undefined) rows.painted(row, presentation);
    }
  }
}

describe('ids of rows', () => {
  it('lead back to what they stand for', () => {
    const name = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(fc.uuid(), name, fc.constantFrom('process', 'build'), (id, name, kind) => {
        const row = kind === 'process' ? processItemId(id, name) : buildItemId(id, name);
        expect(devItemOf(row)).toEqual({ id, part: { kind, name } });
        expect(devItemOf(id)).toEqual({ id, part: undefined });
      }),
    );
    for (const odd of [undefined, null, 1, '', {}, []]) expect(devItemOf(odd)).toBeUndefined();
  });

  it('find a part only where the project has it', () => {
    const project = devServer('demo', { processes: [devProcess('ui')], builds: [devBuild('ui')] });
    expect(partOf(project, { kind: 'build', name: 'ui' })).toEqual({ kind: 'build', build: project.builds[0] });
    expect(partOf(project, { kind: 'process', name: 'gone' })).toBeUndefined();
    const { snapshot } = withDevServers(emptySnapshot, [project]);
    expect(rowOf(snapshot, 'id-demo/process/gone', now, l10n)).toBeUndefined();
    expect(tooltipOfRow(snapshot, 'id-other', now, l10n)).toBeUndefined();
  });
});

describe('projects in the snapshot', () => {
  it('tell a change of state from a change of the list', () => {
    const { snapshot } = withDevServers(emptySnapshot, [devServer('a'), devServer('b')]);
    const changed = withEvent(snapshot, { type: 'plugin/devserver/status', ...devServer('a', { stopping: true }) });
    expect(changed.devServers).toEqual({ structure: false, changed: ['id-a'], removed: [] });
    expect(changed.structure).toBe(false);
    const gone = withEvent(snapshot, { type: 'devServer.deleted', id: 'id-b' });
    expect(gone.devServers).toEqual({ structure: true, changed: [], removed: ['id-b'] });
    const renamed = withEvent(snapshot, { type: 'plugin/devserver/status', ...devServer('a', { pluginID: 'z' }) });
    expect(renamed.devServers.structure).toBe(true);
    expect(sortedDevServers(renamed.snapshot).map(({ pluginID }) => pluginID)).toEqual(['b', 'z']);
  });

  it('announce nothing that is known already, and nothing of what is not there', () => {
    const list = [devServer('a', { processes: [devProcess('ui', ready)] })];
    const { snapshot } = withDevServers(emptySnapshot, list);
    expect(isChange(withDevServers(snapshot, structuredClone(list)))).toBe(false);
    const [a] = structuredClone(list);
    expect(a && isChange(withEvent(snapshot, { type: 'plugin/devserver/status', ...a }))).toBe(false);
    expect(isChange(withEvent(snapshot, { type: 'devServer.deleted', id: 'id-gone' }))).toBe(false);
  });
});

describe('repainting', () => {
  it('paints only the rows that look different', () => {
    const rows = new PaintedRows();
    const before = devServer('demo', { processes: [devProcess('ui', ready), devProcess('api', ready)] });
    const { snapshot } = withDevServers(emptySnapshot, [before, devServer('other')]);
    paintAll(rows, snapshot);
    const after = { ...before, processes: [devProcess('ui', ready), devProcess('api', { status: 'stopped', at: 1 })] };
    const change = withEvent(snapshot, { type: 'plugin/devserver/status', ...after });
    expect(rows.due(change, now, l10n)).toEqual(['id-demo/process/api']);
    const unseen = withEvent(snapshot, { type: 'plugin/devserver/status', ...before, lastError: 'x' });
    expect(rows.due(unseen, now, l10n)).toEqual([]);
  });

  it('asks for the children anew when some came or went, and for all when the list is different', () => {
    const rows = new PaintedRows();
    const { snapshot } = withDevServers(emptySnapshot, [devServer('demo', { processes: [devProcess('ui')] })]);
    paintAll(rows, snapshot);
    const more = devServer('demo', { processes: [devProcess('ui'), devProcess('api')] });
    expect(rows.due(withEvent(snapshot, { type: 'plugin/devserver/status', ...more }), now, l10n)).toEqual(['id-demo']);
    expect(rows.due(withEvent(snapshot, { type: 'devServer.deleted', id: 'id-demo' }), now, l10n)).toEqual([undefined]);
  });

  it('follows the clock only where a row counts down', () => {
    const rows = new PaintedRows();
    const retrying = devServer('demo', { processes: [devProcess('ui', { ...crashed, retryAt: 5000 })] });
    const { snapshot } = withDevServers(emptySnapshot, [retrying]);
    paintAll(rows, snapshot);
    expect(countsDown(retrying, now)).toBe(true);
    expect(rows.different(snapshot, 'id-demo', now + 2000, l10n)).toEqual(['id-demo']);
    expect(countsDown(retrying, 5000)).toBe(false);
    expect(countsDown(devServer('demo', { processes: [devProcess('ui', crashed)] }), now)).toBe(false);
  });

  it('leaves no row on screen that says something else than the snapshot', () => {
    const project: fc.Arbitrary<DevServer> = fc
      .record({
        name: fc.constantFrom('a', 'b'),
        processes: fc.array(fc.constantFrom(...processStates), { maxLength: 2 }),
        builds: fc.array(fc.constantFrom(...buildStates), { maxLength: 2 }),
        trusted: fc.boolean(),
      })
      .map(({ name, processes, builds, trusted }) =>
        devServer(name, {
          trusted,
          processes: processes.map((state, index) => devProcess(`p${String(index)}`, state)),
          builds: builds.map((state, index) => devBuild(`b${String(index)}`, state)),
        }),
      );
    fc.assert(
      fc.property(fc.array(project, { maxLength: 12 }), (projects) => {
        const rows = new PaintedRows();
        let snapshot = emptySnapshot;
        const screen = new Map<string, string>();
        const paint = (row: string): void => {
          const presentation = rowOf(snapshot, row, now, l10n);
          if (presentation === undefined) return void screen.delete(row);
          rows.painted(row, presentation);
          screen.set(row, JSON.stringify(presentation));
        };
        const list = (one: DevServer): void => {
          rows.listed(one);
          for (const row of screen.keys()) if (row.startsWith(`${one.id}/`)) screen.delete(row);
          for (const row of [one.id, ...partIds(one)]) paint(row);
        };
        for (const one of projects) {
          const change = withEvent(snapshot, { type: 'plugin/devserver/status', ...one });
          snapshot = change.snapshot;
          for (const row of rows.due(change, now, l10n)) {
            const project = row === undefined ? undefined : snapshot.devServers.get(row);
            // The editor asks for the children of a row it was told of; of none when a part alone was named.
            if (row === undefined) for (const every of snapshot.devServers.values()) list(every);
            else if (project === undefined) paint(row);
            else list(project);
          }
        }
        const expected = sortedDevServers(snapshot).flatMap((one) =>
          [one.id, ...partIds(one)].map((row) => [row, JSON.stringify(rowOf(snapshot, row, now, l10n))] as const),
        );
        expect(new Map(screen)).toEqual(new Map(expected));
      }),
    );
  });
});
