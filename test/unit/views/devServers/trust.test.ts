import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isInside, trustStep } from '../../../../src/views/devServers/trust.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

describe('trust', () => {
  it('is silent only for what belongs to a trusted workspace', () => {
    const steps = [true, false].flatMap((trusted) =>
      [true, false].flatMap((contains) =>
        [true, false].map((known) => [known, trusted, contains, trustStep({ trusted: known }, { trusted, contains })]),
      ),
    );
    expect(steps).toEqual([
      [true, true, true, 'none'],
      [false, true, true, 'silent'],
      [true, true, false, 'none'],
      [false, true, false, 'ask'],
      [true, false, true, 'refuse'],
      [false, false, true, 'refuse'],
      [true, false, false, 'refuse'],
      [false, false, false, 'refuse'],
    ]);
  });

  it('looks through links at what a path really is', async () => {
    await using home = await temporaryFolder('devyard-trust-');
    const [workspace, outside, beside] = ['workspace', 'outside', 'workspace2'].map((name) => join(home.path, name));
    if (workspace === undefined || outside === undefined || beside === undefined) throw new Error('no folders');
    for (const folder of [workspace, outside, beside]) await mkdir(folder);
    await writeFile(join(workspace, 'devyard.yaml'), '');
    await writeFile(join(outside, 'devyard.yaml'), '');
    await symlink(outside, join(workspace, 'link'));
    await symlink(workspace, join(home.path, 'opened'));
    const inside = (path: string, root = workspace): Promise<boolean> => isInside(path, [root]);
    expect(await inside(workspace)).toBe(true);
    expect(await inside(join(workspace, 'devyard.yaml'))).toBe(true);
    expect(await inside(join(workspace, 'devyard.yaml'), join(home.path, 'opened'))).toBe(true);
    expect(await inside(join(workspace, 'link', 'devyard.yaml'))).toBe(false);
    expect(await inside(beside)).toBe(false);
    expect(await inside(home.path)).toBe(false);
    expect(await inside(join(workspace, 'missing'))).toBe(false);
    expect(await isInside(workspace, [join(home.path, 'gone')])).toBe(false);
  });
});
