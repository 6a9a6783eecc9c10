import { chmod, mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CurrentConfig,
  DevboxConfigFile,
  type DevboxConfigOptions,
} from '../../../../../src/managers/codeServers/config/devboxConfig.ts';
import { systemClock } from '../../../../../src/managers/shared/clock.ts';
import type { DevyardError } from '../../../../../src/managers/shared/errors.ts';
import type { WatchFolder } from '../../../../../src/managers/shared/logs/watcher.ts';
import { ManualClock } from '../../../../support/manualClock.ts';
import { type Temporary, temporaryFolder } from '../../../../support/temporary.ts';

let folder: Temporary;
let errors: DevyardError[];
let opened: DevboxConfigFile[];

beforeEach(async () => {
  folder = await temporaryFolder();
  errors = [];
  opened = [];
});

afterEach(async () => {
  for (const file of opened) file.close();
  await folder[Symbol.asyncDispose]();
});

const inFolder = (...names: readonly string[]): string => join(folder.path, ...names);
const withPort = (port: number): string => `server: {default_port: ${String(port)}}\n`;

async function open(options: Partial<DevboxConfigOptions> = {}): Promise<DevboxConfigFile> {
  const file = await DevboxConfigFile.open({
    environment: undefined,
    setting: () => '',
    dataDir: folder.path,
    clock: systemClock,
    onProblem: (error) => errors.push(error),
    ...options,
  });
  opened.push(file);
  return file;
}

/** The state after `change`, as soon as it is as wanted. */
async function after(
  file: DevboxConfigFile,
  wanted: (current: CurrentConfig) => boolean,
  change: () => Promise<unknown>,
): Promise<CurrentConfig> {
  const reached = new Promise<CurrentConfig>((resolve) => {
    file.onChange((current) => {
      if (wanted(current)) resolve(current);
    });
  });
  await change();
  return await reached;
}

const hasPort =
  (port: number) =>
  ({ config }: CurrentConfig): boolean =>
    config.defaultPort === port;

describe('which file holds', () => {
  it('is none where there is none', async () => {
    const file = await open();
    expect(file.current()).toMatchObject({ source: 'defaults', path: null, problems: [] });
    expect(errors).toEqual([]);
  });

  it('is the one that the environment names, else the setting, else the data directory', async () => {
    await writeFile(inFolder('devbox.yaml'), withPort(2001));
    await writeFile(inFolder('set.yaml'), withPort(2002));
    await writeFile(inFolder('named.yaml'), withPort(2003));
    const setting = (): string => inFolder('set.yaml');
    expect((await open()).current()).toMatchObject({ path: inFolder('devbox.yaml'), config: { defaultPort: 2001 } });
    expect((await open({ setting })).current()).toMatchObject({ source: 'file', config: { defaultPort: 2002 } });
    const named = (await open({ setting, environment: inFolder('named.yaml') })).current();
    expect(named).toMatchObject({ path: inFolder('named.yaml'), config: { defaultPort: 2003 } });
    expect(named.given.has('server.default_port')).toBe(true);
  });

  it('follows the setting', async () => {
    let set = '';
    const file = await open({ setting: () => set });
    await writeFile(inFolder('set.yaml'), withPort(2002));
    set = inFolder('set.yaml');
    await file.refresh();
    expect(file.current()).toMatchObject({ path: set, config: { defaultPort: 2002 } });
    await after(file, hasPort(2003), () => writeFile(set, withPort(2003)));
    set = '';
    await file.refresh();
    expect(file.current()).toMatchObject({ path: null, source: 'defaults', config: { defaultPort: 8000 } });
  });

  it('must be named by a whole path', async () => {
    const file = await open({ environment: 'devbox.yaml' });
    expect(file.current()).toMatchObject({ source: 'defaults', path: 'devbox.yaml' });
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('absolute path')]);
  });
});

describe('a change', () => {
  it('is read when the file is saved, replaced by renaming, removed and made', async () => {
    const path = inFolder('devbox.yaml');
    const file = await open();
    await after(file, hasPort(2001), () => writeFile(path, withPort(2001)));
    await after(file, hasPort(2002), () => writeFile(path, withPort(2002)));
    await writeFile(inFolder('.devbox.yaml.swp'), withPort(2003));
    await after(file, hasPort(2003), () => rename(inFolder('.devbox.yaml.swp'), path));
    await after(file, hasPort(2004), () => writeFile(path, withPort(2004)));
    const gone = await after(file, hasPort(8000), () => unlink(path));
    expect(gone).toMatchObject({ source: 'defaults', path: null, problems: [] });
    await after(file, hasPort(2005), () => writeFile(path, withPort(2005)));
    expect(errors).toEqual([]);
  });

  it('is read when the folder is still to be made, goes, and comes again', async () => {
    const path = inFolder('a', 'b', 'team.yaml');
    const file = await open({ environment: path });
    const make = async (port: number): Promise<void> => {
      await mkdir(inFolder('a', 'b'), { recursive: true });
      await writeFile(path, withPort(port));
    };
    expect(errors.map(({ code, message }) => ({ code, message }))).toEqual([
      {
        code: 'invalid',
        message: `${path}:1:1: The file that DEVBOX_CONFIG_PATH names does not exist. Make it, or name another one.`,
      },
    ]);
    expect(await after(file, hasPort(2001), () => make(2001))).toMatchObject({ source: 'file', problems: [] });
    await after(
      file,
      ({ problems }) => problems.length === 1,
      () => rm(inFolder('a'), { recursive: true }),
    );
    // Nobody wants other ports because a file is being moved.
    expect(file.current().config.defaultPort).toBe(2001);
    await after(file, hasPort(2002), () => make(2002));
  });

  it('is read where the file is a link, and where it is made to lead elsewhere', async () => {
    await mkdir(inFolder('one'));
    await mkdir(inFolder('two'));
    await mkdir(inFolder('data'));
    await writeFile(inFolder('one', 'real.yaml'), withPort(2001));
    await writeFile(inFolder('two', 'real.yaml'), withPort(2003));
    await symlink('../one/real.yaml', inFolder('data', 'devbox.yaml'));
    const file = await open({ dataDir: inFolder('data') });
    expect(file.current().config.defaultPort).toBe(2001);
    await after(file, hasPort(2002), () => writeFile(inFolder('one', 'real.yaml'), withPort(2002)));
    await symlink('../two/real.yaml', inFolder('data', 'next'));
    await after(file, hasPort(2003), () => rename(inFolder('data', 'next'), inFolder('data', 'devbox.yaml')));
    await after(file, hasPort(2004), () => writeFile(inFolder('two', 'real.yaml'), withPort(2004)));
  });

  it('of nothing tells nobody', async () => {
    await writeFile(inFolder('devbox.yaml'), withPort(2001));
    const file = await open();
    const seen: CurrentConfig[] = [];
    file.onChange((current) => seen.push(current));
    await writeFile(inFolder('devbox.yaml'), withPort(2001));
    await file.refresh();
    expect(seen).toEqual([]);
  });

  it('after the end is not read', async () => {
    const file = await open();
    file.close();
    await writeFile(inFolder('devbox.yaml'), withPort(2001));
    await file.refresh();
    expect(file.current().config.defaultPort).toBe(8000);
  });
});

describe('a file that is wrong', () => {
  it('leaves the last good one in place and is told once, with its place', async () => {
    const path = inFolder('devbox.yaml');
    await writeFile(path, withPort(2001));
    const file = await open();
    const broken = 'server:\n  default_port: 2002\n  x: 1\n  y: 2\n';
    const current = await after(
      file,
      ({ problems }) => problems.length > 0,
      () => writeFile(path, broken),
    );
    expect(current).toMatchObject({ source: 'file', path, config: { defaultPort: 2001 } });
    expect(current.problems).toMatchObject([
      { line: 3, column: 3, path: 'server.x' },
      { line: 4, column: 3, path: 'server.y' },
    ]);
    await file.refresh();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'invalid', field: 'server.x' });
    expect(errors[0]?.message).toMatch(/devbox\.yaml:3:3: “x” is not a known key.*There is 1 more problem\.$/);
    const mended = await after(
      file,
      ({ problems }) => problems.length === 0,
      () => writeFile(path, withPort(2003)),
    );
    expect(mended.config.defaultPort).toBe(2003);
  });

  it('from the start leaves the defaults, not what another file said', async () => {
    await writeFile(inFolder('good.yaml'), withPort(2001));
    await writeFile(inFolder('bad.yaml'), 'x: 1');
    let set = inFolder('good.yaml');
    const file = await open({ setting: () => set });
    set = inFolder('bad.yaml');
    await file.refresh();
    expect(file.current()).toMatchObject({ source: 'defaults', path: set, config: { defaultPort: 8000 } });
    expect(file.current().given.size).toBe(0);
  });

  it.each([
    ['a folder', (path: string) => mkdir(path), 'is no regular file'],
    ['too large', (path: string) => writeFile(path, '#'.repeat(1_000_001)), 'is larger than 1 MB'],
    ['no UTF-8', (path: string) => writeFile(path, Buffer.from([0x61, 0xff])), 'is not UTF-8'],
    ['a link to itself', (path: string) => symlink(path, path), 'link that leads back to itself'],
  ])('because it is %s is told', async (_, make, words) => {
    const path = inFolder('named.yaml');
    await make(path);
    const file = await open({ environment: path });
    expect(file.current()).toMatchObject({ source: 'defaults', path });
    expect(file.current().problems.map(({ message }) => message)).toEqual([expect.stringContaining(words)]);
    expect(errors).toHaveLength(1);
  });

  it('because it may not be read is told', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may read every file');
    const path = inFolder('devbox.yaml');
    await writeFile(path, withPort(2001));
    await chmod(path, 0);
    expect((await open()).current().problems[0]?.message).toContain('may not be read');
  });
});

describe('watching', () => {
  it('waits for the last of many writes, but not for ever', async () => {
    const clock = new ManualClock();
    let change: (name: string | null) => void = () => undefined;
    const watch: WatchFolder = (_folder, onChange) => {
      change = onChange;
      return { close: () => undefined };
    };
    const path = inFolder('devbox.yaml');
    await writeFile(path, withPort(2001));
    const file = await open({ clock, watch });
    await writeFile(path, withPort(2002));
    change('other.txt');
    expect(clock.pending).toBe(0);
    const told = after(file, hasPort(2002), async () => {
      for (let write = 0; write < 11; write += 1) {
        change('devbox.yaml');
        await clock.advance(90);
      }
      expect(file.current().config.defaultPort).toBe(2001);
      await clock.advance(10);
    });
    await told;
    expect(clock.pending).toBe(0);
  });

  it('looks now and then where the system has no watches left', async () => {
    const clock = new ManualClock();
    const watch: WatchFolder = () => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    const file = await open({ clock, watch });
    await after(file, hasPort(2001), async () => {
      await writeFile(inFolder('devbox.yaml'), withPort(2001));
      await clock.advance(2000);
    });
    await after(file, hasPort(2002), async () => {
      await writeFile(inFolder('devbox.yaml'), withPort(2002));
      await clock.advance(2000);
    });
    file.close();
    expect(clock.pending).toBe(0);
  });
});
