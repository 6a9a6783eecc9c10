import { describe, expect, it } from 'vitest';
import { type SshProblem, sshError } from '../../../../../src/managers/dokploy/ssh/fault.ts';
import type { SshTarget } from '../../../../../src/managers/dokploy/ssh/types.ts';
import { type LoginWait, waitForLogin } from '../../../../../src/managers/dokploy/ssh/waitForLogin.ts';
import { DevyardError } from '../../../../../src/managers/shared/errors.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

const target = { host: 'server', port: 2222, user: 'dev', alias: 'a', privateKey: '' } as unknown as SshTarget;

/** A wait for a server that answers attempts so, the last answer again and again; and when they were made. */
function begin(answers: readonly (SshProblem | Error | 'login')[], own: Partial<LoginWait> = {}) {
  const clock = new ManualClock();
  const at: number[] = [];
  const troubles: string[] = [];
  let state = 'waiting';
  const wait = waitForLogin(target, {
    clock,
    timeoutMs: 300_000,
    onTrouble: (message) => troubles.push(message),
    connect: async () => {
      const answer = answers[Math.min(at.length, answers.length - 1)] ?? 'login';
      at.push(clock.monotonic());
      if (answer === 'login') return { end: () => undefined };
      throw answer instanceof Error ? answer : sshError(answer, `It is ${answer}.`, { hint: `Mend ${answer}.` });
    },
    ...own,
  });
  wait.then(
    () => {
      state = 'done';
    },
    () => {
      state = 'failed';
    },
  );
  return { clock, at, troubles, wait, state: () => state };
}

describe('waiting for a login', () => {
  it('looks often at a machine that is not there yet, and tells each reason once', async () => {
    const { clock, at, troubles, state } = begin(['refused', 'refused', 'hung-up', 'hung-up', 'silent', 'login']);
    await clock.advance(2000);
    expect(state()).toBe('done');
    expect(at).toEqual([0, 400, 800, 1200, 1600, 2000]);
    expect(troubles).toEqual(['It is refused.', 'It is hung-up.', 'It is silent.']);
    expect(clock.pending).toBe(0);
  });

  it.each([
    sshError('host-key', 'Another host.'),
    new DevyardError('invalid', 'No key.'),
    new DevyardError('disk-full', 'No space.'),
  ])('ends at once with what waiting cannot mend: %s', async (error) => {
    const { clock, at, wait } = begin(['refused', error, 'login']);
    await clock.advance(400);
    await expect(wait).rejects.toBe(error);
    expect([at.length, clock.pending]).toEqual([2, 0]);
  });

  it('asks a server that refuses the key so seldom that it is not locked out, and gives up after a while', async () => {
    const { clock, at, wait } = begin(['key-refused']);
    await clock.advance(70_000);
    await expect(wait).rejects.toMatchObject({ code: 'forbidden', message: 'It is key-refused.' });
    expect(at.slice(0, 5)).toEqual([0, 1000, 3000, 8000, 13_000]);
    // OpenSSH counts 5 s for each failure, which pass by themselves, and locks out at 15.
    let penalty = 0;
    for (const [index, time] of at.entries()) {
      penalty = Math.max(0, penalty - (time - (at[index - 1] ?? 0))) + 5000;
      expect(penalty).toBeLessThan(15_000);
    }
    expect(at.at(-1)).toBeGreaterThanOrEqual(60_000);
  });

  it('begins the grace time anew when the server was away in between', async () => {
    const { clock, state } = begin([
      ...Array<SshProblem>(9).fill('key-refused'),
      'refused',
      ...Array<SshProblem>(9).fill('key-refused'),
      'login',
    ]);
    await clock.advance(120_000);
    expect(state()).toBe('done');
  });

  it('says why nobody could log in when the time is up', async () => {
    const { clock, wait } = begin(['refused'], { timeoutMs: 30_000 });
    await clock.advance(30_000);
    await expect(wait).rejects.toMatchObject({
      code: 'unavailable',
      message: 'Nobody could log in to server:2222 within 30 s. It is refused.',
      hint: 'Mend refused.',
    });
    expect(clock.pending).toBe(0);
  });

  it('ends when it is told to, also while it waits', async () => {
    const abort = new AbortController();
    const { clock, wait } = begin(['refused'], { signal: abort.signal });
    await clock.advance(100);
    abort.abort();
    await expect(wait).rejects.toMatchObject({ code: 'cancelled' });
    expect(clock.pending).toBe(0);
  });
});
