import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DevyardEvent } from '../../../../src/api/contract/events.ts';
import { childrenOf } from '../../../../src/views/dokploy/layout.ts';
import { PaintedRows, rowOf, tooltipOfRow } from '../../../../src/views/dokploy/rows.ts';
import { emptySnapshot, type Snapshot, withEvent } from '../../../../src/views/shared/snapshot.ts';
import { l10n } from '../samples.ts';
import { forward, server, snapshotOf, work, workspace, workspaceStates } from './samples.ts';

const now = 1000;
const running = { status: 'running', node: 'node1' } as const;

/** Paints a row and everything below it, as an editor with all rows open does. */
function paint(rows: PaintedRows, snapshot: Snapshot, row?: string, onPaint: (row: string) => void = () => {}): void {
  if (row !== undefined) {
    rows.painted(snapshot, row, now, l10n);
    onPaint(row);
  }
  const children = childrenOf(snapshot, row);
  // A row without anything below it is not asked for it.
  if (row === undefined || children.length > 0) rows.listed(row, children);
  for (const child of children) paint(rows, snapshot, child, onPaint);
}

describe('repainting', () => {
  it('paints only the rows that look different', () => {
    const rows = new PaintedRows();
    const snapshot = snapshotOf([server('home'), server('work')], [workspace('a'), workspace('b')]);
    paint(rows, snapshot);
    const changed = withEvent(snapshot, { type: 'dokploy.workspaceChanged', workspace: workspace('a', running) });
    expect(rows.due(changed, now, l10n)).toEqual(['w-a']);
    const unseen = withEvent(snapshot, {
      type: 'dokploy.workspaceChanged',
      workspace: workspace('a', { status: 'stopped' }, { envNames: ['A'] }),
    });
    expect(rows.due(unseen, now, l10n)).toEqual([]);
    const checked = withEvent(snapshot, { type: 'dokploy.checked', id: 's-home', at: 900 });
    expect(rows.due(checked, now, l10n)).toEqual([]);
  });

  it('paints the row that a job works on, and nothing for other jobs', () => {
    const rows = new PaintedRows();
    const snapshot = snapshotOf([server('home')], [workspace('a')]);
    paint(rows, snapshot);
    expect(rows.due(withEvent(snapshot, { type: 'job.changed', job: work('a') }), now, l10n)).toEqual(['w-a']);
    expect(rows.due(withEvent(snapshot, { type: 'job.changed', job: work('other') }), now, l10n)).toEqual([]);
  });

  it('asks for the children anew where some came, went or moved', () => {
    const rows = new PaintedRows();
    const snapshot = snapshotOf([server('home')], [workspace('a'), workspace('b')]);
    paint(rows, snapshot);
    const forwarded = workspace('a', { status: 'stopped' }, { forwards: [forward(3000)] });
    const more = withEvent(snapshot, { type: 'dokploy.workspaceChanged', workspace: forwarded });
    expect(rows.due(more, now, l10n)).toEqual(['w-a']);
    // The number of workspaces is in the server's own row.
    const fewer = withEvent(snapshot, { type: 'dokploy.workspaceRemoved', id: 'w-b' });
    expect(rows.due(fewer, now, l10n)).toEqual(['s-home']);
    const foreign = workspace('c', { status: 'stopped' }, { managed: 'no' });
    const found = withEvent(snapshot, { type: 'dokploy.workspaceChanged', workspace: foreign });
    expect(rows.due(found, now, l10n)).toEqual(['s-home/project/p1']);
    const servers = withEvent(snapshot, { type: 'dokploy.serverChanged', server: server('work') });
    expect(rows.due(servers, now, l10n)).toEqual([undefined]);
  });

  it('follows the clock in the rows of servers alone, and only where they tell an age', () => {
    const rows = new PaintedRows();
    const snapshot = snapshotOf([server('home'), server('work', { checkedAt: null })], [workspace('a')]);
    paint(rows, snapshot);
    expect(rows.aged(snapshot, now, l10n)).toEqual([]);
    expect(rows.aged(snapshot, 300_000, l10n)).toEqual(['s-home']);
    expect(rowOf(snapshot, 's-home', 300_000, l10n)?.description).toBe('v0.30.2 · 1 workspace · as of 5 min ago');
  });

  it('says nothing of what was never asked for', () => {
    const rows = new PaintedRows();
    const snapshot = snapshotOf([server('home')], [workspace('a')]);
    expect(rows.due({ ...withEvent(snapshot, { type: 'job.changed', job: work('a') }) }, now, l10n)).toEqual([]);
    expect(rows.isListed('s-home')).toBe(false);
  });

  it('leaves no row on screen that says something else than the snapshot', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const environments = [
      { id: 'e1', name: 'production', isDefault: true },
      { id: 'e2', name: 'staging', isDefault: false },
    ];
    const event: fc.Arbitrary<DevyardEvent> = fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .record({
            name,
            state: fc.constantFrom(...workspaceStates),
            serverId: fc.constantFrom('s-home', 's-work'),
            environment: fc.constantFrom(...environments),
            managed: fc.constantFrom('created', 'no'),
            forwards: fc.constantFrom([], [forward(3000)], [forward(3000), forward(80)]),
          })
          .map(({ name, state, ...more }): DevyardEvent => ({
            type: 'dokploy.workspaceChanged',
            workspace: workspace(name, state, more),
          })),
      },
      name.map((name): DevyardEvent => ({ type: 'dokploy.workspaceRemoved', id: `w-${name}` })),
      name.map((name): DevyardEvent => ({ type: 'job.changed', job: work(name) })),
      name.map((name): DevyardEvent => ({
        type: 'job.changed',
        job: work(name, { status: 'succeeded', at: 1 }),
      })),
      fc
        .record({ name: fc.constantFrom('home', 'work'), several: fc.boolean() })
        .map(({ name, several }): DevyardEvent => ({
          type: 'dokploy.serverChanged',
          server: server(name, {
            projects: [{ id: 'p1', name: 'shop', environments: several ? environments : environments.slice(0, 1) }],
          }),
        })),
      fc.constantFrom('s-home', 's-work').map((id): DevyardEvent => ({ type: 'dokploy.serverRemoved', id })),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 25 }), (events) => {
        const rows = new PaintedRows();
        let snapshot = emptySnapshot;
        const screen = new Map<string, string>();
        const listed = new Map<string, readonly string[]>();
        const look = (row: string): string =>
          JSON.stringify([rowOf(snapshot, row, now, l10n), childrenOf(snapshot, row)]);
        const show = (row?: string): void => {
          paint(rows, snapshot, row, (one) => {
            screen.set(one, look(one));
            listed.set(one, childrenOf(snapshot, one));
          });
          listed.set('', childrenOf(snapshot));
        };
        show();
        for (const one of events) {
          const change = withEvent(snapshot, one);
          snapshot = change.snapshot;
          for (const row of rows.due(change, now, l10n)) show(row);
        }
        // What is on screen is what can be reached from the top.
        const seen = (row: string): readonly string[] => [row, ...(listed.get(row) ?? []).flatMap(seen)];
        const shown = (listed.get('') ?? []).flatMap(seen);
        const all = (row: string): readonly string[] => [row, ...childrenOf(snapshot, row).flatMap(all)];
        expect(shown).toEqual(childrenOf(snapshot).flatMap(all));
        for (const row of shown) expect(screen.get(row)).toBe(look(row));
      }),
      { numRuns: 300 },
    );
  });
});

describe('rows', () => {
  it('of what is gone say nothing', () => {
    const snapshot = snapshotOf([server('home')], []);
    for (const row of ['w-gone', 'w-gone/forward/1', 's-home/project/p1', 's-gone', '']) {
      expect(rowOf(snapshot, row, now, l10n)).toBeUndefined();
      expect(tooltipOfRow(snapshot, row, now, l10n)).toBeUndefined();
    }
  });
});
