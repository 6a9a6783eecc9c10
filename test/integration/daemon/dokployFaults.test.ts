import { describe, expect, it } from 'vitest';
import type { Fault } from '../../support/dokploy/faults.ts';
import { applicationsOf, leftoversOf, nothing } from './dokployLeftovers.ts';
import { errorOf, outcomeOf, SharedYard } from './dokployShared.ts';
import { DokployYard, jobOf } from './dokployYard.ts';

const shared = new SharedYard();
const long = 120_000;

const faults: readonly Fault[] = [
  { status: 429, headers: { 'retry-after': '0' }, body: '{"message":"slow down"}' },
  { status: 500, body: '{"message":"boom","code":"INTERNAL_SERVER_ERROR"}' },
  { status: 502, body: '<html><body>Bad Gateway</body></html>', contentType: 'text/html' },
  'torn-before',
  'torn-after',
  'half-body',
  'malformed-json',
  'login-page',
  { dripMs: 1 },
];
const calls = [
  'project.all',
  'project.create',
  'application.create',
  'application.one',
  'application.saveDockerProvider',
  'application.saveEnvironment',
  'application.update',
  'port.create',
  'mounts.create',
  'application.deploy',
  'deployment.all',
  'deployment.queueList',
  'docker.getServiceContainersByAppName',
];

/** Each call goes wrong once; in as many turns as there are faults, each with each. */
function everyCallOnce(turn: number): { readonly cancel: () => void } {
  const injected = calls.map((procedure, at) => {
    const fault = faults[(at + turn) % faults.length];
    if (fault === undefined) throw new Error('there is no such fault');
    return shared.current.dokploy.inject({ procedure, fault });
  });
  return { cancel: () => injected.forEach(({ cancel }) => cancel()) };
}

describe('a creation', () => {
  it.each(faults.map((_, turn) => turn))(
    'in which every call goes wrong once ends with one workspace (%i)',
    async (turn) => {
      const yard = shared.current;
      const wrong = everyCallOnce(turn);
      const { id } = await yard.begin('battered', { env: { WORD: 'x' }, project: { name: `turn ${String(turn)}` } });
      let job = await jobOf(yard.client, id);
      for (let again = 0; job.state.status !== 'succeeded'; again += 1) {
        // What cannot be repeated safely ends it, and says which call that was and what to do.
        const { message, hint } = errorOf(job);
        expect(calls.filter((call) => message?.includes(call))).toHaveLength(1);
        expect(hint).toEqual(expect.any(String));
        expect(again).toBeLessThan(calls.length);
        job = await yard.act('redeploy', id);
      }
      wrong.cancel();
      expect((await yard.get(id)).state.status).toBe('running');
      expect(await applicationsOf(yard)).toMatchObject([{ name: 'battered' }]);
      expect(yard.dokploy.services()).toHaveLength(1);
      expect(await yard.say(id, 'echo $WORD')).toBe('x');
      expect(outcomeOf(await yard.remove(id))).toBe('succeeded');
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it.each([-1, 1])(
    'works though the clock of the server is off by %i day',
    async (days) => {
      await using skewed = await DokployYard.open({ clockSkewMs: days * 24 * 60 * 60 * 1000 });
      const { id, state } = await skewed.create('timeless');
      expect(state.status).toBe('running');
      expect(outcomeOf(await skewed.act('redeploy', id))).toBe('succeeded');
      expect(outcomeOf(await skewed.remove(id))).toBe('succeeded');
      expect(skewed.dokploy.services()).toEqual([]);
    },
    long,
  );
});
