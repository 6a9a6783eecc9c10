import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { DevyardError } from '../errors.ts';
import { environmentHolds, parseBootTime, parseCommands, parsePs } from './darwinParse.ts';
import { batchLookups, shareRuns } from './sharing.ts';
import type { ProcessIdentity, ProcessPlatform, ProcessRow } from './types.ts';

const run = promisify(execFile);
// One -o each: after a "=" BSD's ps takes the rest of the argument for the column's title.
const rowColumns = ['pid=', 'ppid=', 'pgid=', 'stat=', 'lstart=', 'time=', 'rss='].flatMap((each) => ['-o', each]);
const commandColumns = ['pid=', 'lstart=', 'command='].flatMap((each) => ['-o', each]);

/** Asks ps(1) and sysctl(8); macOS offers no process table as files. */
export class DarwinPlatform implements ProcessPlatform {
  readonly bootId = readBootId();
  readonly #sharedTable = shareRuns(async () => parsePs(await ps(['-ax', ...rowColumns])));
  readonly #row = batchLookups(async (pids: readonly number[]) => {
    const rows = parsePs(await ps([...rowColumns, '-p', pids.join(',')]));
    return new Map(rows.map((row) => [row.pid, row]));
  });

  async identify(pid: number): Promise<ProcessIdentity | undefined> {
    if (!Number.isSafeInteger(pid) || pid < 0) return undefined;
    const row = await this.#row(pid);
    return row?.alive === true ? { pid, startTime: row.startTime, bootId: this.bootId } : undefined;
  }

  table(): Promise<readonly ProcessRow[]> {
    return this.#sharedTable();
  }

  async findByEnvironment(name: string, value: string): Promise<readonly ProcessIdentity[]> {
    const [withEnvironment, plain] = await Promise.all([
      ps(['-axEww', ...commandColumns]),
      ps(['-axww', ...commandColumns]),
    ]);
    const commands = new Map(parseCommands(plain).map((row) => [row.pid, row]));
    return parseCommands(withEnvironment)
      .filter((row) => {
        const command = commands.get(row.pid);
        return command?.startTime === row.startTime && environmentHolds(row.command, command.command, name, value);
      })
      .map(({ pid, startTime }) => ({ pid, startTime, bootId: this.bootId }));
  }

  async environmentHolds(pid: number, name: string, value: string): Promise<boolean | undefined> {
    const [withEnvironment, plain] = await Promise.all([
      ps(['-Eww', ...commandColumns, '-p', String(pid)]),
      ps(['-ww', ...commandColumns, '-p', String(pid)]),
    ]);
    const whole = parseCommands(withEnvironment)[0]?.command;
    const command = parseCommands(plain)[0]?.command;
    // System integrity protection hides the environment of some programs: that is "cannot tell", not "no".
    if (whole === undefined || command === undefined || whole === command) return undefined;
    return environmentHolds(whole, command, name, value);
  }

  /** ps joins the arguments with spaces, so an argument with a space in it comes back as two. */
  async commandLine(pid: number): Promise<readonly string[] | undefined> {
    const command = parseCommands(await ps(['-ww', ...commandColumns, '-p', String(pid)]))[0]?.command;
    return command === undefined || command === '' ? undefined : command.split(/\s+/);
  }
}

/** The output of ps; it ends with 1 and prints nothing when it found no process. */
async function ps(args: readonly string[]): Promise<string> {
  try {
    // The start time is compared as text: it must not change with the language or the time zone of a later daemon.
    const env = { LC_ALL: 'C', TZ: 'UTC', PATH: '/bin:/usr/bin' };
    return (await run('/bin/ps', [...args], { env, maxBuffer: 64 << 20 })).stdout;
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: unknown };
    if (code === 1 && typeof stdout === 'string') return stdout;
    throw new DevyardError('unavailable', 'The process table cannot be read: ps failed.', { cause: error });
  }
}

/** `kern.boottime` moves when the clock is set, so it is only the second choice. */
function readBootId(): string {
  const sysctl = (name: string): string => {
    try {
      const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
      return execFileSync('/usr/sbin/sysctl', ['-n', name], { encoding: 'utf8', stdio }).trim();
    } catch {
      return '';
    }
  };
  const session = sysctl('kern.bootsessionuuid');
  if (session !== '') return session;
  const bootTime = parseBootTime(sysctl('kern.boottime'));
  if (bootTime !== undefined) return bootTime;
  throw new DevyardError('unavailable', 'This boot of the system cannot be told from others: sysctl failed.');
}
