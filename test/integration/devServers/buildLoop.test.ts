import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuildLoop } from '../../../src/managers/devServers/build/runner.ts';
import { watchTree } from '../../../src/managers/devServers/watch/watchTree.ts';
import { systemClock, type Clock } from '../../../src/managers/shared/clock.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { temporaryFolder, type Temporary } from '../../support/temporary.ts';

let place: Temporary;
beforeEach(async () => {
  place = await temporaryFolder();
});
afterEach(() => place[Symbol.asyncDispose]());

/** The loop on real files; its quiet comes when the test says so. */
class Project {
  readonly clock = new ManualClock();
  readonly builds: string[] = [];
  readonly changed = new Set<string>();
  #wake: (() => void) | undefined;
  readonly loop: BuildLoop;

  constructor(build: (signal: AbortSignal) => Promise<boolean>, clock: Clock = this.clock) {
    this.loop = new BuildLoop({
      clock,
      root: place.path,
      plan: {
        watch: { include: ['**/*.go'], exclude: [], debounceMs: 50 },
        onChangeWhileBuilding: 'cancel',
        out: join(place.path, 'out.go'),
        deploy: [],
      },
      run: (signal, reason) => {
        this.builds.push(reason);
        this.#wake?.();
        return build(signal);
      },
      onProblem: (error) => {
        throw error;
      },
      watch: (options) =>
        watchTree({
          ...options,
          clock: systemClock,
          onChange: (paths) => {
            for (const path of paths) this.changed.add(path);
            options.onChange(paths);
            this.#wake?.();
          },
        }),
    });
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

describe('a build that watches real files', () => {
  it('runs once for a save, and not for what it writes itself', async () => {
    const project = new Project(async () => {
      await writeFile(join(place.path, 'out.go'), 'built');
      return true;
    });
    await writeFile(join(place.path, 'a.go'), 'package a\n');
    project.loop.start();
    await project.until(() => project.builds.length === 1);
    await project.clock.advance(0);
    for (let i = 2; i < 6; i += 1) {
      await writeFile(join(place.path, 'a.go'), `package a${String(i)}\n`);
      await project.until(() => project.builds.length === i);
      await project.clock.advance(50);
    }
    expect(project.builds).toEqual(['start', 'change', 'change', 'change', 'change']);
    await project.loop.stop();
  });

  it('runs twice for a burst of 500 files, cancelled once', async () => {
    let cancelled = 0;
    const project = new Project(
      (signal) =>
        new Promise((resolve) => {
          if (project.builds.length !== 2) {
            resolve(true);
            return;
          }
          signal.addEventListener('abort', () => {
            cancelled += 1;
            resolve(false);
          });
        }),
    );
    project.loop.start();
    await project.until(() => project.builds.length === 1);
    await project.clock.advance(0);
    const folders = Array.from({ length: 10 }, (_, i) => join(place.path, `p${String(i)}`));
    await Promise.all(folders.map((folder) => mkdir(folder)));
    const files = folders.flatMap((folder) => Array.from({ length: 50 }, (_, i) => join(folder, `f${String(i)}.go`)));
    await Promise.all(files.map((file) => writeFile(file, 'package p\n')));
    // The last event of all, and a single one: after it only new folders are looked at.
    const last = join(place.path, 'last.go');
    await writeFile(`${last}.tmp`, 'package last\n');
    await rename(`${last}.tmp`, last);
    await project.until(() => [last, ...files].every((file) => project.changed.has(file)));
    expect(project.builds).toEqual(['start', 'change']);
    // Time passes only now, however slow the machine is.
    await project.clock.advance(50);
    await project.until(() => project.builds.length === 3);
    await project.clock.advance(1000);
    expect(project.builds).toHaveLength(3);
    expect(cancelled).toBe(1);
    await project.loop.stop();
  });

  it('builds what changes while it starts', async () => {
    const project = new Project(async () => true, systemClock);
    project.loop.start();
    await writeFile(join(place.path, 'a.go'), 'package a\n');
    await project.until(() => project.builds.length >= 1);
    expect(await project.loop.rebuild()).toBe(true);
    await project.loop.stop();
    expect(await project.loop.rebuild()).toBe(false);
  });
});
