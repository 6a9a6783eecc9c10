import { watch } from 'node:fs';
import { appendFile, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import type { WatchPort } from '../../../src/managers/devServers/watch/watchPort.ts';
import { useWatchWorld } from './watchWorld.ts';

const world = useWatchWorld();
const { watching, write } = world;
const go = ['**/*.go'];

describe('watching without watches', () => {
  it('tells the fix and polls when the system has no watches left', async () => {
    for (let i = 0; i < 5; i += 1) await write(`p${String(i)}/a.go`);
    let opened = 0;
    let closed = 0;
    const port: WatchPort = {
      recursive: false,
      open(folder, _deep, onName) {
        if (opened === 3) throw Object.assign(new Error('ENOSPC: System limit reached'), { code: 'ENOSPC' });
        opened += 1;
        const watcher = watch(folder, (_event, name) => onName(name));
        return {
          close: () => {
            closed += 1;
            watcher.close();
          },
        };
      },
    };
    const seen = await watching(go, { port });
    expect(seen.problems).toHaveLength(1);
    const [problem] = seen.problems;
    expect(problem).toBeInstanceOf(DevyardError);
    expect((problem as DevyardError).hint).toMatch(/sysctl fs\.inotify\.max_user_watches/);
    expect(closed).toBe(3);
    await appendFile(join(world.root, 'p4/a.go'), '\n');
    await write('p9/new.go');
    await unlink(join(world.root, 'p1/a.go'));
    await seen.until('p4/a.go', 'p9/new.go', 'p1/a.go');
    seen.paths = [];
    await rm(world.root, { recursive: true });
    await seen.until('p4/a.go');
    await write('p4/a.go');
    await write('.gitignore', 'p9\n');
    seen.paths = [];
    await seen.until('p4/a.go');
    expect(seen.problems).toHaveLength(1);
  });
});
