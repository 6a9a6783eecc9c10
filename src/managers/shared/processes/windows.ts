import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DevyardError } from '../errors.ts';
import { batchLookups, shareRuns } from './sharing.ts';
import type { ProcessIdentity, ProcessPlatform, ProcessRow } from './types.ts';
import { parseCimRows, splitWindowsCommandLine } from './windowsParse.ts';

const run = promisify(execFile);
const utf8 = '[Console]::OutputEncoding=[Text.Encoding]::UTF8;$ProgressPreference="SilentlyContinue";';

/** Asks WMI's Win32_Process through PowerShell. Children whose parent died before are not found: there are no groups. */
export class WindowsPlatform implements ProcessPlatform {
  /** A pid with a creation date in 100 ns never comes twice, not even in another boot, so no boot need be told apart. */
  readonly bootId = 'windows';
  readonly #sharedTable = shareRuns(() => query(undefined));
  readonly #row = batchLookups(async (pids: readonly number[]) => {
    const rows = await query(pids.map((pid) => `ProcessId=${pid}`).join(' OR '));
    return new Map(rows.map((row) => [row.pid, row]));
  });

  async identify(pid: number): Promise<ProcessIdentity | undefined> {
    if (!Number.isSafeInteger(pid) || pid < 0) return undefined;
    const row = await this.#row(pid);
    return row === undefined ? undefined : { pid, startTime: row.startTime, bootId: this.bootId };
  }

  table(): Promise<readonly ProcessRow[]> {
    return this.#sharedTable();
  }

  /** Windows shows nobody the environment of another process. */
  findByEnvironment(): Promise<readonly ProcessIdentity[]> {
    return Promise.resolve([]);
  }

  environmentHolds(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async commandLine(pid: number): Promise<readonly string[] | undefined> {
    if (!Number.isSafeInteger(pid) || pid < 0) return undefined;
    const line = (await powershell(`(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`)).trim();
    return line === '' ? undefined : splitWindowsCommandLine(line);
  }
}

async function query(filter: string | undefined): Promise<readonly ProcessRow[]> {
  const where = filter === undefined ? '' : ` -Filter '${filter}'`;
  const json = await powershell(
    `$r=@(Get-CimInstance Win32_Process${where}|ForEach-Object{@{p=$_.ProcessId;pp=$_.ParentProcessId;` +
      `c=if($_.CreationDate){"$($_.CreationDate.ToUniversalTime().Ticks)"}else{$null};` +
      `k=$_.KernelModeTime;u=$_.UserModeTime;w=$_.WorkingSetSize}});ConvertTo-Json -Compress -InputObject $r`,
  );
  try {
    return parseCimRows(json);
  } catch (error) {
    throw new DevyardError('unavailable', 'The process table cannot be read: PowerShell gave no rows.', {
      cause: error,
    });
  }
}

async function powershell(script: string): Promise<string> {
  const root = process.env['SystemRoot'] ?? 'C:\\Windows';
  const file = join(root, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  try {
    const args = ['-NoProfile', '-NonInteractive', '-Command', utf8 + script];
    return (await run(file, args, { windowsHide: true, maxBuffer: 64 << 20 })).stdout;
  } catch (error) {
    throw new DevyardError('unavailable', 'The process table cannot be read: PowerShell failed.', { cause: error });
  }
}
