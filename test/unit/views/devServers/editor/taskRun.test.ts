import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DevServer } from '../../../../../src/api/contract/devServers.ts';
import type { LogEntryView } from '../../../../../src/api/contract/logs.ts';
import { phaseOf, runTask, type TaskPorts, type TaskWork } from '../../../../../src/views/devServers/editor/taskRun.ts';
import { crashed, devBuild, devProcess, devServer, processRun } from '../samples.ts';
import { FakeSource } from './fakeSource.ts';

interface Matcher {
  readonly pattern: { readonly regexp: string };
  readonly background: { readonly beginsPattern: string; readonly endsPattern: string };
}

const manifestFile = resolve(import.meta.dirname, '../../../../../package.json');
const [matcher] = (JSON.parse(readFileSync(manifestFile, 'utf8')) as { contributes: { problemMatchers: [Matcher] } })
  .contributes.problemMatchers;

const ready = { status: 'ready', run: processRun, readyAt: 0 } as const;
const ui = (state: Parameters<typeof devProcess>[1]): DevServer =>
  devServer('demo', { processes: [devProcess('ui', state)] });
const starting = ui({ status: 'starting', since: 0, step: 'x' });
const stopped = ui({ status: 'stopped', at: 0 });

/** A log that grows when the test says so. */
class FakeLog {
  readonly entries: LogEntryView[] = [];
  readers = 0;
  #grown: (() => void)[] = [];

  add(from: string | undefined, text: string, continued?: true): void {
    const more = { ...(from === undefined ? {} : { from }), ...(continued === undefined ? {} : { continued }) };
    const source = from === undefined ? 'system' : 'stdout';
    this.entries.push({ kind: 'line', seq: this.entries.length + 1, time: 0, source, text, ...more });
    for (const wake of this.#grown.splice(0)) wake();
  }

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<readonly LogEntryView[]> {
    this.readers += 1;
    try {
      for (let next = after; !signal.aborted;) {
        const batch = this.entries.slice(next);
        next = this.entries.length;
        if (batch.length > 0) yield batch;
        else {
          await new Promise<void>((wake) => {
            this.#grown.push(wake);
            signal.addEventListener('abort', () => wake());
          });
        }
      }
    } finally {
      this.readers -= 1;
    }
  }
}

let log: FakeLog;
let source: FakeSource;
let written: string;
let rebuild: () => Promise<unknown>;
let start: (devServer: DevServer) => Promise<DevServer | undefined>;
let ended: AbortController;

beforeEach(() => {
  log = new FakeLog();
  source = new FakeSource();
  written = '';
  rebuild = () => Promise.reject(new Error('not expected'));
  start = () => Promise.resolve(starting);
  ended = new AbortController();
});

function run(devServer: DevServer, work: TaskWork): Promise<number> {
  const call = (id: string): Promise<unknown> =>
    id === 'devServers.logs' ? Promise.resolve({ entries: [], lastSeq: log.entries.length }) : rebuild();
  const ports: TaskPorts = {
    client: {
      call: call as TaskPorts['client']['call'],
      devServerLogs: (_, after, signal) => log.follow(after, signal),
    },
    source,
    start: (one) => start(one),
    write: (text) => (written += text),
  };
  return runTask(devServer, work, ports, ended.signal);
}

const lines = (): readonly string[] => written.split('\r\n').slice(0, -1);
/** Lets everything happen that needs nothing from outside. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('the task rebuild', () => {
  const work: TaskWork = { project: 'demo', action: 'rebuild' };
  const one = devServer('demo', { builds: [devBuild('backend')] });

  it('shows the lines of its builds, those that came last too, and ends with their result', async () => {
    log.add('backend', 'of an earlier build');
    rebuild = () => {
      log.add('backend', '\u001B[31mmain.go:3:7: undefined: x\u001B[0m');
      return Promise.resolve({ success: false, builds: [{ name: 'backend', success: false, error: 'exit code 1' }] });
    };
    expect(await run(one, work)).toBe(1);
    expect(lines().toSorted()).toEqual(
      [
        'devyard: demo is building…',
        '\u001B[31mmain.go:3:7: undefined: x\u001B[0m',
        'devyard: backend: exit code 1',
        'devyard: demo has failed',
      ].toSorted(),
    );
    rebuild = () => Promise.resolve({ success: true, builds: [{ name: 'backend', success: true }] });
    written = '';
    expect(await run(one, work)).toBe(0);
    expect(lines()).toEqual(['devyard: demo is building…', 'devyard: demo is ready']);
    await settle();
    expect(log.readers).toBe(0);
  });

  it('of one build shows the lines of that one, as they are', async () => {
    const two = devServer('demo', { builds: [devBuild('ui'), devBuild('backend')] });
    rebuild = () => {
      log.add('ui', 'not this');
      log.add('backend', 'half', true);
      log.add('backend', ' whole');
      log.add(undefined, 'Deployed');
      return Promise.resolve({ success: true, builds: [] });
    };
    await run(two, { ...work, build: 'backend' });
    expect(lines()).toEqual(expect.arrayContaining(['half whole', 'Deployed']));
    expect(written).not.toContain('not this');
    written = '';
    await run(two, work);
    expect(written).toContain('\u001B[2m[ui]\u001B[0m not this\r\n');
  });

  it('says what keeps it from building', async () => {
    rebuild = () => Promise.reject(Object.assign(new Error('demo does not run.'), { hint: 'Start it\nfirst.' }));
    expect(await run(one, work)).toBe(1);
    const [, error = ''] = lines();
    expect(error).toBe('devyard: /work/demo/devyard.yaml: error: demo does not run. Start it first.');
    expect(new RegExp(matcher.pattern.regexp).exec(error)?.slice(1)).toEqual([
      '/work/demo/devyard.yaml',
      'error',
      'demo does not run. Start it first.',
    ]);
  });
});

describe('the task start', () => {
  const work: TaskWork = { project: 'demo', action: 'start' };

  it('tells the matcher when it begins, when it is ready, and ends when all has stopped', async () => {
    source.tell(stopped);
    const code = run(stopped, work);
    await settle();
    source.tell(starting);
    source.tell(ui(ready));
    await settle();
    expect(lines()).toEqual(['devyard: demo is starting…', 'devyard: demo is ready http://127.0.0.1:15173/']);
    source.tell(stopped);
    expect(await code).toBe(0);
    expect(lines().at(-1)).toBe('devyard: demo has stopped');
    expect(source.listeners).toBe(0);
    const [begins, ends] = [new RegExp(matcher.background.beginsPattern), new RegExp(matcher.background.endsPattern)];
    expect(lines().map((line) => (begins.test(line) ? 'begin' : ends.test(line) ? 'end' : ''))).toEqual([
      'begin',
      'end',
      'end',
    ]);
  });

  it('is not over by word of the end before it', async () => {
    start = () => Promise.resolve(stopped);
    let over = false;
    const code = run(stopped, work).then((result) => {
      over = true;
      return result;
    });
    await settle();
    source.tell(stopped);
    await settle();
    expect(over).toBe(false);
    source.tell(ui(ready));
    source.tell(stopped);
    expect(await code).toBe(0);
  });

  it('goes on after a failure that mends itself, and ends with one that does not', async () => {
    const code = run(stopped, work);
    await settle();
    source.tell({ ...ui({ ...crashed, retryAt: 5000 }), lastError: 'ui ended' });
    source.tell(starting);
    source.tell(ui(ready));
    source.tell({ ...ui(crashed), lastError: 'ui ended for good' });
    expect(await code).toBe(1);
    expect(lines().map((line) => line.replace(/^devyard: /, ''))).toEqual([
      'demo is starting…',
      '/work/demo/devyard.yaml: error: ui ended',
      'demo has failed',
      'demo is starting…',
      'demo is ready http://127.0.0.1:15173/',
      '/work/demo/devyard.yaml: error: ui ended for good',
      'demo has failed',
    ]);
  });

  it('ends when the person refuses, when the project is gone, and when it is terminated', async () => {
    start = () => Promise.resolve(undefined);
    expect(await run(stopped, work)).toBe(1);
    start = () => Promise.resolve(starting);
    source.tell(starting);
    const gone = run(stopped, work);
    await settle();
    source.remove('id-demo');
    expect(await gone).toBe(0);
    const terminated = run(stopped, work);
    await settle();
    ended.abort();
    expect(await terminated).toBe(0);
    expect(source.listeners).toBe(0);
    await settle();
    expect(log.readers).toBe(0);
  });
});

describe('how a project stands for who waits', () => {
  it.each([
    [starting, 'busy'],
    [ui(ready), 'ready'],
    [ui(crashed), 'dead'],
    [ui({ ...crashed, retryAt: 1 }), 'failed'],
    [stopped, 'ended'],
    [{ ...stopped, stopping: true }, 'busy'],
    [
      devServer('demo', { builds: [devBuild('backend', { status: 'error', at: 0, reason: '', durationMs: 1 })] }),
      'failed',
    ],
  ] as const)('%#: %s', (devServer, phase) => {
    expect(phaseOf(devServer)).toBe(phase);
  });
});
