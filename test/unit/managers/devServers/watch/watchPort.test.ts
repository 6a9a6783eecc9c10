import { describe, expect, it } from 'vitest';
import {
  fixOf,
  isWatchLimit,
  systemWatchPort,
  watchLimitError,
} from '../../../../../src/managers/devServers/watch/watchPort.ts';

describe('the system and its watches', () => {
  it('watches trees where it can', () => {
    expect(systemWatchPort('linux').recursive).toBe(false);
    expect(systemWatchPort('darwin').recursive).toBe(true);
    expect(systemWatchPort('win32').recursive).toBe(true);
  });

  it('names the limit that was reached, and the fix', () => {
    expect(fixOf('ENOSPC', 'linux')).toContain('sysctl fs.inotify.max_user_watches');
    expect(fixOf('EMFILE', 'linux')).toContain('fs.inotify.max_user_instances');
    expect(fixOf('EMFILE', 'darwin')).toContain('ulimit');
    const cause = Object.assign(new Error('no'), { code: 'ENOSPC' });
    const error = watchLimitError(cause, '/p', 1000);
    expect(error).toMatchObject({ code: 'unavailable', cause });
    expect(error.hint).toContain('every 1 s');
    expect(isWatchLimit(cause)).toBe(true);
    expect(isWatchLimit(new Error('ENOSPC'))).toBe(false);
  });
});
