import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runGroup } from '../../../src/managers/shared/processes/group.ts';
import { currentPlatform } from '../../../src/managers/shared/processes/platform.ts';
import { endProcess } from '../../support/endProcess.ts';

const variable = 'DEVYARD_TEST_MARK';
let mark: string;
let env: Readonly<Record<string, string | undefined>>;
beforeEach(() => {
  mark = randomUUID();
  env = { PATH: process.env['PATH'], [variable]: mark };
});
const left = async (): Promise<readonly number[]> =>
  (await currentPlatform().findByEnvironment(variable, mark)).map(({ pid }) => pid);
afterEach(async () => {
  for (const pid of await left()) endProcess(pid);
});

describe('runGroup', () => {
  it('hands out stderr as it comes, also without a line end, and characters that lie across two pieces', async () => {
    const cancel = new AbortController();
    let text = '';
    const { exitCode } = await runGroup(
      'sh',
      ['-c', String.raw`printf '45%%\r\342' >&2; printf '\202\254' >&2; sleep 60`],
      {
        env,
        signal: cancel.signal,
        onStderr(piece) {
          text += piece;
          if (text.endsWith('€')) cancel.abort();
        },
      },
    );
    expect([text, exitCode]).toEqual(['45%\r€', undefined]);
    await expect.poll(left).toEqual([]);
  });

  it('gives lines and pieces at once, and the exit code', async () => {
    const lines: string[] = [];
    const pieces: string[] = [];
    const result = await runGroup('sh', ['-c', 'echo out; echo err >&2; exit 3'], {
      env,
      onLine: (line) => lines.push(line),
      onStderr: (piece) => pieces.push(piece),
    });
    expect(result).toMatchObject({ stdout: 'out', stderr: 'err', exitCode: 3, timedOut: false });
    expect([lines.sort(), pieces.join('')]).toEqual([['err', 'out'], 'err\n']);
  });

  it('does not wait for a process that left the group and holds the pipes', async () => {
    // The substitution ends when the child has given away its stdout, so when it has left; stderr it keeps.
    const leaveOne = `x=$(setsid sh -c 'exec sleep 60 >&2' &); echo done`;
    const result = await runGroup('sh', ['-c', leaveOne], { env });
    expect(result).toMatchObject({ stdout: 'done', exitCode: 0 });
    expect(await left()).toHaveLength(1);
  });
});
