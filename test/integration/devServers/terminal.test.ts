import { once } from 'node:events';
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { terminalCommand, terminalEnvironment } from '../../../src/managers/devServers/terminal/command.ts';
import { openTerminal } from '../../../src/managers/devServers/terminal/openTerminal.ts';
import { frame, helloFrame } from '../../../src/managers/devServers/terminal/protocol.ts';
import { currentPlatform } from '../../../src/managers/shared/processes/platform.ts';
import { Processes } from '../../../src/managers/shared/processes/processes.ts';
import { temporaryFolder, type Temporary } from '../../support/temporary.ts';
import { buildHolder, TerminalWorld, untilFile } from './terminalWorld.ts';

let built: Temporary;
let holder: string;
let folder: Temporary;
let world: TerminalWorld;

beforeAll(async () => {
  built = await temporaryFolder();
  holder = await buildHolder(built.path);
});
afterAll(() => built[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await temporaryFolder();
  world = new TerminalWorld(folder.path, holder);
});
afterEach(async () => {
  await world.close();
  await folder[Symbol.asyncDispose]();
});

const sh = (script: string) => ['/bin/sh', '-c', script] as const;
const node = (program: string) => [process.execPath, '-e', program] as const;

describe('a program in a terminal', () => {
  it('that asks y/n gets its answer, and all it shows is in the log', async () => {
    const held = await world.hold(
      sh('test -t 0 && printf "Another port? [y/n] "; read a; echo "you said <$a>"; exit 3'),
    );
    const screen = await world.connect(held);
    await screen.until('[y/n] ');
    screen.connection.write('y\n');
    await screen.untilEnd();
    expect(screen.text).toContain('you said <y>');
    expect(await held.exit).toEqual([3, null]);
    expect(await readFile(held.log, 'utf8')).toBe(screen.text);
    await expect(openTerminal(held.socketPath)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('sees the size of the screen that it is shown on', async () => {
    const held = await world.hold(sh('stty size; read a; stty size'));
    const screen = await world.connect(held);
    await screen.until('30 120');
    screen.connection.resize(101, 42);
    screen.connection.write('\n');
    expect(await screen.untilEnd()).toMatch(/30 120\r\n\r\n42 101\r\n$/);
  });

  it('shows its last output to a client that comes when another has gone', async () => {
    const held = await world.hold(sh('echo first; read a; echo "second $a"; read b; echo "third $b"'));
    const one = await world.connect(held);
    await one.until('first');
    one.connection.write('a\n');
    await one.until('second a');
    one.connection.close();
    expect(await one.untilEnd()).not.toContain('third');
    const two = await world.connect(held);
    await two.until('second a');
    two.connection.write('b\n');
    expect(await two.untilEnd()).toMatch(/^first.*second a.*third b\r\n$/s);
  });

  it('ends as the program ends: by a signal', async () => {
    const held = await world.hold(sh('kill -KILL $$'));
    expect(await held.exit).toEqual([null, 'SIGKILL']);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    'hears of %s, and ends when it wants to',
    async (signal) => {
      const held = await world.hold(
        node(
          `process.on('${signal}', () => { console.log('heard'); process.exit(7); }); setInterval(() => {}, 1e6); console.log('ready')`,
        ),
      );
      await untilFile(held.log, 'ready');
      held.child.kill(signal);
      expect(await held.exit).toEqual([7, null]);
      expect(await readFile(held.log, 'utf8')).toContain('heard');
    },
  );

  it('is hung up when its holder is killed', async () => {
    const note = join(folder.path, 'note');
    const held = await world.hold(
      node(`process.on('SIGHUP', () => { require('fs').writeFileSync(${JSON.stringify(note)}, 'hung up'); process.exit(); });
        setInterval(() => {}, 1e6); console.log('ready')`),
    );
    await untilFile(held.log, 'ready');
    held.child.kill('SIGKILL');
    expect(await held.exit).toEqual([null, 'SIGKILL']);
    expect(await untilFile(note, 'hung up')).toBe('hung up');
    // The dead holder's socket is in nobody's way.
    const next = await world.hold(sh('echo next'), { socketPath: held.socketPath });
    expect(await next.exit).toEqual([0, null]);
  });

  it('of a run gets one signal when the daemon stops it, and the time that it needs', async () => {
    const hears = `process.on('SIGTERM', () => { console.log('heard'); setTimeout(() => process.exit(5), 300); });
      setInterval(() => {}, 1e6); console.log('ready')`;
    const place = { holder, socketPath: join(folder.path, 's'), execPath: process.execPath };
    const [command, ...args] = terminalCommand(node(hears), place);
    const [stdoutFile, stderrFile] = [join(folder.path, 'out'), join(folder.path, 'err')];
    const processes = new Processes({ platform: currentPlatform(), hostId: 'h' });
    await chmod(folder.path, 0o700);
    const env = terminalEnvironment({ PATH: process.env['PATH'] ?? '' });
    const spec = { runId: 'terminal-test', command, args, cwd: folder.path, env, stdoutFile, stderrFile };
    const run = await processes.spawn(spec);
    try {
      await untilFile(stdoutFile, 'ready');
    } finally {
      expect(await run.stop(20_000)).toEqual({ kind: 'exited', exitCode: 5, signal: null });
      processes.dispose();
    }
    expect(await readFile(stdoutFile, 'utf8')).toBe('ready\r\nheard\r\n');
    expect(await readFile(stderrFile, 'utf8')).toBe('');
  });

  it('loses nothing in the log when it floods a client that does not read', async () => {
    const lines = 100_000;
    const held = await world.hold(
      node(`process.stdin.once('data', () => {
        let text = '';
        for (let line = 0; line < ${String(lines)}; line += 1) text += String(line).padStart(100, '.') + '\\n';
        process.stdout.write(text + 'flooded\\n');
        process.stdin.once('data', () => process.exit());
      }); console.log('ready')`),
    );
    const slow = await world.connect(held);
    await slow.until('ready');
    const stalled = connect(held.socketPath);
    stalled.on('error', () => undefined);
    stalled.write(helloFrame());
    await once(stalled, 'readable');
    slow.connection.write('\n');
    const log = await untilFile(held.log, 'flooded');
    const expected = Array.from({ length: lines }, (_, line) => `${String(line).padStart(100, '.')}\r\n`).join('');
    expect(log.length).toBeGreaterThan(10_000_000);
    expect(log.slice(-expected.length - 9) === `${expected}flooded\r\n`).toBe(true);
    // Who reads again sees the end: after a reset, because something is missing.
    await slow.until('flooded');
    expect(slow.text).toContain('\u001Bc');
    expect(slow.text.length).toBeLessThan(log.length);
    expect(slow.text.endsWith(log.slice(-200_000))).toBe(true);
    stalled.destroy();
    slow.connection.write('\n');
    expect(await held.exit).toEqual([0, null]);
  });

  it('goes on when its log is full', async () => {
    const held = await world.hold(sh('echo one; read a; echo two; exit 4'), { log: '/dev/full' });
    const screen = await world.connect(held);
    await screen.until('one');
    screen.connection.write('\n');
    await screen.until('two');
    expect(await held.exit).toEqual([4, null]);
    expect(held.stderr()).toBe('');
  });

  it('gets its own environment, which does not steer the holder', async () => {
    const env = { NODE_OPTIONS: '--require /nowhere.js', DEVYARD_RUN: 'r1' };
    const held = await world.hold(sh('echo "$NODE_OPTIONS|$ELECTRON_RUN_AS_NODE|$TERM|$DEVYARD_RUN"'), { env });
    expect(await held.exit).toEqual([0, null]);
    expect(await readFile(held.log, 'utf8')).toBe('--require /nowhere.js||xterm-256color|r1\r\n');
  });
});

describe("a terminal's socket", () => {
  it('is for this user only', async () => {
    const held = await world.hold(sh('read a'));
    expect((await stat(held.socketPath)).mode & 0o777).toBe(0o600);
    const open = join(folder.path, 'open');
    await mkdir(open);
    await chmod(open, 0o755);
    const refused = await world.hold(sh('echo no'), { socketPath: join(open, 's') });
    expect(await refused.exit).toEqual([126, null]);
    expect(refused.stderr()).toMatch(/^Devyard: The folder .* can be entered by others\. Give it the mode 0700\.\n$/);
    expect(await readFile(refused.log, 'utf8')).toBe('');
  });

  it('is not taken from a holder that lives', async () => {
    const held = await world.hold(sh('read a; echo "<$a>"'));
    const second = await world.hold(sh('echo no'), { socketPath: held.socketPath });
    expect(await second.exit).toEqual([126, null]);
    expect(second.stderr()).toContain('is taken');
    const screen = await world.connect(held);
    screen.connection.write('x\n');
    await screen.until('<x>');
  });

  it('shows nothing and types nothing before the hello, and drops who sends nonsense', async () => {
    const held = await world.hold(sh('echo secret; read a; echo "<$a>"'));
    await untilFile(held.log, 'secret');
    const silent = connect(held.socketPath);
    let seen = 0;
    silent.on('data', () => (seen += 1));
    silent.write(frame('I', Buffer.from('typed\n')));
    const rude = connect(held.socketPath);
    rude.on('error', () => undefined);
    rude.write('GET / HTTP/1.1\r\n\r\n');
    await once(rude, 'close');
    const screen = await world.connect(held);
    await screen.until('secret');
    screen.connection.write('real\n');
    await screen.until('<real>');
    await once(silent, 'close');
    expect(seen).toBe(0);
  });
});

it('says what is missing where there is no native part', async () => {
  await using bare = await temporaryFolder();
  const without = new TerminalWorld(folder.path, await buildHolder(bare.path, { native: false }));
  const held = await without.hold(sh('echo no'));
  expect(await held.exit).toEqual([126, null]);
  expect(held.stderr()).toBe(
    `Devyard: This build of Devyard has no terminals for ${process.platform}-${process.arch}. ` +
      'Remove “tty: true” from the process, or install the build of Devyard for this system.\n',
  );
  await without.close();
});
