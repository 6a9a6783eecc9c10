import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Workspace } from '../../../../src/api/contract/dokploy.ts';
import type { DevyardEvent } from '../../../../src/api/contract/events.ts';
import { noDokployChange, sortedServers, sortedWorkspaces } from '../../../../src/views/shared/dokployState.ts';
import { emptySnapshot, isChange, withDokploy, withEvent } from '../../../../src/views/shared/snapshot.ts';
import { server, snapshotOf, stateOf, workspace, workspaceStates } from './samples.ts';

describe('Dokploy in the snapshot', () => {
  it('says by id what is different', () => {
    const snapshot = snapshotOf([server('home')], [workspace('a'), workspace('b')]);
    const changed = withEvent(snapshot, {
      type: 'dokploy.workspaceChanged',
      workspace: workspace('a', { status: 'running', node: '' }),
    });
    expect(changed.dokploy).toEqual({ ...noDokployChange, workspaces: ['w-a'] });
    expect(changed.structure).toBe(false);
    const gone = withEvent(changed.snapshot, { type: 'dokploy.workspaceRemoved', id: 'w-b' });
    expect(gone.dokploy).toEqual({ ...noDokployChange, removedWorkspaces: ['w-b'] });
    const forgotten = withEvent(gone.snapshot, { type: 'dokploy.serverRemoved', id: 's-home' });
    expect(forgotten.dokploy).toEqual({ ...noDokployChange, removedServers: ['s-home'] });
    expect(forgotten.snapshot.dokployServers.size).toBe(0);
  });

  it('moves the time at which a server was read, and nothing else', () => {
    const snapshot = snapshotOf([server('home')], []);
    const checked = withEvent(snapshot, { type: 'dokploy.checked', id: 's-home', at: 5000 });
    expect(checked.dokploy).toEqual({ ...noDokployChange, servers: ['s-home'] });
    expect(checked.snapshot.dokployServers.get('s-home')).toEqual(server('home', { checkedAt: 5000 }));
    expect(checked.snapshot.workspaces).toBe(snapshot.workspaces);
    expect(isChange(withEvent(checked.snapshot, { type: 'dokploy.checked', id: 's-home', at: 5000 }))).toBe(false);
    expect(isChange(withEvent(snapshot, { type: 'dokploy.checked', id: 's-other', at: 5000 }))).toBe(false);
  });

  it('announces nothing that is known already, and nothing of what is not there', () => {
    const lists = { servers: [server('home')], workspaces: [workspace('a')] };
    const { snapshot } = withDokploy(emptySnapshot, lists);
    expect(isChange(withDokploy(snapshot, structuredClone(lists)))).toBe(false);
    expect(isChange(withEvent(snapshot, { type: 'dokploy.workspaceChanged', workspace: workspace('a') }))).toBe(false);
    expect(isChange(withEvent(snapshot, { type: 'dokploy.serverChanged', server: server('home') }))).toBe(false);
    expect(isChange(withEvent(snapshot, { type: 'dokploy.workspaceRemoved', id: 'w-other' }))).toBe(false);
    expect(isChange(withEvent(snapshot, { type: 'dokploy.serverRemoved', id: 's-other' }))).toBe(false);
  });

  it('ends up with what the daemon has, whatever the order of events before', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const event: fc.Arbitrary<DevyardEvent> = fc.oneof(
      fc.record({ name, state: fc.constantFrom(...workspaceStates) }).map(({ name, state }): DevyardEvent => ({
        type: 'dokploy.workspaceChanged',
        workspace: workspace(name, state),
      })),
      name.map((name): DevyardEvent => ({ type: 'dokploy.workspaceRemoved', id: `w-${name}` })),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const expected = new Map<string, Workspace>();
        let snapshot = emptySnapshot;
        for (const one of events) {
          const before = snapshot;
          const { snapshot: after, dokploy } = withEvent(snapshot, one);
          snapshot = after;
          if (one.type === 'dokploy.workspaceChanged') expected.set(one.workspace.id, one.workspace);
          if (one.type === 'dokploy.workspaceRemoved') expected.delete(one.id);
          const said = [...dokploy.workspaces, ...dokploy.removedWorkspaces];
          const ids = new Set([...before.workspaces.keys(), ...after.workspaces.keys()]);
          for (const id of ids) {
            const isOther = JSON.stringify(before.workspaces.get(id)) !== JSON.stringify(after.workspaces.get(id));
            expect(said.includes(id)).toBe(isOther);
          }
        }
        expect(new Map(snapshot.workspaces)).toEqual(expected);
      }),
    );
  });

  it('is read by people in the order of names, what is not adopted last', () => {
    const state = stateOf(
      [server('work'), server('home')],
      [
        workspace('node10'),
        workspace('a', { status: 'stopped' }, { managed: 'no' }),
        workspace('node2'),
        workspace('x', { status: 'stopped' }, { serverId: 's-work' }),
      ],
    );
    expect(sortedServers(state).map(({ name }) => name)).toEqual(['home', 'work']);
    expect(sortedWorkspaces(state).map(({ name }) => name)).toEqual(['node2', 'node10', 'x', 'a']);
    expect(sortedWorkspaces(state, 's-home').map(({ name }) => name)).toEqual(['node2', 'node10', 'a']);
  });
});
