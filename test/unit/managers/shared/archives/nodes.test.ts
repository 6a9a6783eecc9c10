import { describe, expect, it } from 'vitest';
import { escapes, foldName, type Node } from '../../../../../src/managers/shared/archives/nodes.ts';

const node = (parent: Node | undefined, name: string, kind: Node['kind'] = 'folder', target?: string): Node => {
  const made: Node = {
    kind,
    path: `${parent?.path ?? ''}/${name}`,
    parent,
    children: new Map(),
    ...(target === undefined ? {} : { target }),
  };
  parent?.children.set(name, made);
  return made;
};

describe('escapes', () => {
  const root = node(undefined, '');
  const a = node(root, 'a');
  const b = node(a, 'b');
  const up = node(b, 'up', 'link', '../..');
  const loop = node(root, 'loop', 'link', 'loop');
  const link = node(root, 'link', 'link', '');

  it.each(['a', 'a/b/../..', '.', 'a/b/up', 'a/b/up/a', 'nothing/..', 'nothing/x/../../a'])('allows %s', (target) => {
    expect(escapes(link, target)).toBeUndefined();
  });

  it('counts from the folder of the link', () => {
    expect(escapes(up, '../..')).toBeUndefined();
    expect(escapes(up, '../../..')).toContain('outside');
  });

  it.each(['..', 'a/../..', 'nothing/../..', String.raw`a\..\..`])('refuses %s', (target) => {
    expect(escapes(link, target)).toContain('outside');
  });

  it('goes through links as a kernel does: what looks like inside by its letters may be outside', () => {
    expect(escapes(link, 'a/b/up/../x')).toContain('outside');
  });

  it('gives up in a loop', () => {
    expect(escapes(link, 'loop/x')).toContain('loop');
    expect(escapes(loop, 'loop')).toContain('loop');
  });
});

describe('foldName', () => {
  it('is what the file systems of the platform do', () => {
    expect(foldName('Ä', 'darwin')).toBe(foldName('a\u0308', 'darwin'));
    expect(foldName('A', 'win32')).toBe('a');
    expect(foldName('A', 'linux')).toBe('A');
  });
});
