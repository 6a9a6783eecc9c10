import { DevyardError } from '../errors.ts';
import { DarwinPlatform } from './darwin.ts';
import { LinuxPlatform } from './linux.ts';
import type { ProcessPlatform } from './types.ts';
import { WindowsPlatform } from './windows.ts';

/** The process table of the system this runs on. Throws `unavailable` on a system Devyard does not know. */
export function currentPlatform(): ProcessPlatform {
  if (process.platform === 'linux') return new LinuxPlatform();
  if (process.platform === 'darwin') return new DarwinPlatform();
  if (process.platform === 'win32') return new WindowsPlatform();
  throw new DevyardError('unavailable', `Devyard cannot look after processes on ${process.platform}.`, {
    hint: 'Run Devyard on Linux, macOS or Windows.',
  });
}
