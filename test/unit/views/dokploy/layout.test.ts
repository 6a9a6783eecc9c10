import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DokployServer, Workspace } from '../../../../src/api/contract/dokploy.ts';
import { dokployItemOf, environmentItemId, forwardItemId, projectItemId } from '../../../../src/views/dokploy/items.ts';
import { childrenOf, groupOf, parentOf } from '../../../../src/views/dokploy/layout.ts';
import { forward, server, stateOf, workspace } from './samples.ts';

const stopped = { status: 'stopped' } as const;
const production = { id: 'e1', name: 'production', isDefault: true };
const staging = { id: 'e2', name: 'staging', isDefault: false };
const two = server('home', { projects: [{ id: 'p1', name: 'shop', environments: [production, staging] }] });

describe('ids of rows', () => {
  it('lead back to what they stand for', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(fc.uuid(), text, text, fc.integer({ min: 1, max: 65_535 }), (id, project, environment, port) => {
        expect(dokployItemOf(id)).toEqual({ kind: 'resource', id });
        expect(dokployItemOf(projectItemId(id, project))).toEqual({ kind: 'project', serverId: id, project });
        expect(dokployItemOf(environmentItemId(id, project, environment))).toEqual({
          kind: 'environment',
          serverId: id,
          project,
          environment,
        });
        expect(dokployItemOf(forwardItemId(id, port))).toEqual({ kind: 'forward', workspaceId: id, remotePort: port });
      }),
    );
  });

  it('are no ids when they are odd', () => {
    const odd = [
      undefined,
      null,
      1,
      '',
      {},
      [],
      'a/b',
      'a/project/',
      'a/forward/x',
      'a/forward/1/2',
      'a/project/%/environment/b',
    ];
    for (const one of [
      ...odd,
      'a/project/b/environment/',
      'a/project/b/other/c',
      '/project/b',
      'a/project/b/environment/c/d',
    ])
      expect(dokployItemOf(one)).toBeUndefined();
  });
});

describe('the rows', () => {
  it('name project and environment at once where there is only one', () => {
    const state = stateOf([server('home')], [workspace('b'), workspace('a', stopped, { forwards: [forward(3000)] })]);
    expect(childrenOf(state)).toEqual(['s-home']);
    expect(childrenOf(state, 's-home')).toEqual(['s-home/project/p1']);
    expect(groupOf(state, 's-home/project/p1')).toMatchObject({ label: 'devpod-workspaces / production' });
    expect(childrenOf(state, 's-home/project/p1')).toEqual(['w-a', 'w-b']);
    expect(childrenOf(state, 'w-a')).toEqual(['w-a/forward/3000']);
    expect(childrenOf(state, 'w-b')).toEqual([]);
  });

  it('have a row for each environment of a project that has several, also while only one is used', () => {
    const state = stateOf([two], [workspace('a', stopped, { project: { id: 'p1', name: 'shop' } })]);
    const [project = ''] = childrenOf(state, 's-home');
    expect(groupOf(state, project)).toMatchObject({ label: 'shop', kind: 'project' });
    expect(childrenOf(state, project)).toEqual(['s-home/project/p1/environment/e1']);
    expect(groupOf(state, 's-home/project/p1/environment/e1')).toMatchObject({
      label: 'production',
      kind: 'environment',
    });
    expect(parentOf(state, 'w-a')).toBe('s-home/project/p1/environment/e1');
  });

  it('put what is only being made where it will be', () => {
    const creating = workspace('new', stopped, {
      project: { id: null, name: 'devpod-workspaces' },
      environment: { id: null, name: 'production' },
    });
    const state = stateOf([server('home')], [workspace('a'), creating]);
    expect(childrenOf(state, 's-home/project/p1')).toEqual(['w-a', 'w-new']);
    const first = stateOf([server('home', { projects: [] })], [creating]);
    const [row = ''] = childrenOf(first, 's-home');
    expect(groupOf(first, row)).toMatchObject({ label: 'devpod-workspaces / production' });
    expect(childrenOf(first, row)).toEqual(['w-new']);
  });

  it('know nothing of what is gone', () => {
    const state = stateOf([server('home')], [workspace('lost', stopped, { serverId: 's-other' })]);
    expect(childrenOf(state, 's-home')).toEqual([]);
    expect(childrenOf(state, 's-gone')).toEqual([]);
    expect(groupOf(state, 's-home/project/p9')).toBeUndefined();
    expect(parentOf(state, 'w-lost')).toBeUndefined();
    expect(parentOf(state, 'w-gone')).toBeUndefined();
  });

  it('hold every workspace of a known server exactly once, below the row that says so', () => {
    const environment = fc.constantFrom(production, staging, { id: 'e9', name: 'odd', isDefault: false });
    const servers: fc.Arbitrary<readonly DokployServer[]> = fc.constantFrom<readonly DokployServer[]>(
      [server('home')],
      [two, server('work')],
      [server('work', { projects: [] })],
    );
    const some: fc.Arbitrary<readonly Workspace[]> = fc.uniqueArray(
      fc
        .record({
          name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
          serverId: fc.constantFrom('s-home', 's-work'),
          project: fc.constantFrom(
            { id: 'p1', name: 'shop' },
            { id: null, name: 'shop' },
            { id: 'p/2', name: 'x / y' },
          ),
          environment,
        })
        .map(({ name, ...more }) => workspace(name, stopped, { ...more, forwards: [forward(1), forward(2)] })),
      { selector: ({ id }) => id, maxLength: 5 },
    );
    fc.assert(
      fc.property(servers, some, (servers, workspaces) => {
        const state = stateOf(servers, workspaces);
        const seen: string[] = [];
        const visit = (row: string): void => {
          seen.push(row);
          for (const child of childrenOf(state, row)) {
            expect(parentOf(state, child)).toBe(row);
            visit(child);
          }
        };
        for (const row of childrenOf(state)) visit(row);
        expect(new Set(seen).size).toBe(seen.length);
        const expected = workspaces.filter(({ serverId }) => servers.some(({ id }) => id === serverId));
        expect(seen.filter((row) => state.workspaces.has(row)).toSorted()).toEqual(
          expected.map(({ id }) => id).toSorted(),
        );
      }),
    );
  });
});
