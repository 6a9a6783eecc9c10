import { describe, expect, it } from 'vitest';
import { applicationsOf, leftoversOf, nothing, projectsNamed } from './dokployLeftovers.ts';
import { errorOf, goneAnyhow, outcomeOf, SharedYard } from './dokployShared.ts';
import { jobOf } from './dokployYard.ts';

const shared = new SharedYard();
const long = 120_000;

/** The daemon dies when it is about to make that call, which never comes to be. */
async function killBefore(call: string): Promise<void> {
  const yard = shared.current;
  const { cancel } = yard.dokploy.inject({ procedure: call, fault: 'torn-before' });
  await killAt(call, 'before');
  cancel();
}

/** The daemon dies when that was done, and does not hear of it. */
async function killAt(place: string, stage: 'before' | 'after'): Promise<void> {
  const gate = shared.hold(place, stage);
  await gate.reached;
  await shared.current.yard.kill();
  gate.release();
}

describe('a daemon that is killed', () => {
  it.each([
    'project.all',
    'project.create',
    'application.create',
    'application.saveDockerProvider',
    'application.saveEnvironment',
    'application.update',
    'port.create',
    'mounts.create',
    'application.deploy',
    'docker.getServiceContainersByAppName',
  ])(
    'before %s, and the next one after it, in a creation: the third one ends it with one workspace',
    async (call) => {
      const yard = shared.current;
      const creating = yard.begin('survivor', { env: { WORD: call }, project: { name: call } });
      const before = killBefore(call);
      const { id } = await creating;
      await before;
      const after = killAt(call, 'after');
      await yard.startAgain();
      await after;
      await yard.startAgain();
      // Nobody was asked yet; what a former daemon hoped for is not so.
      expect(['deploying', 'unverified']).toContain((await yard.get(id)).state.status);
      expect(outcomeOf(await jobOf(yard.client, id))).toBe('succeeded');
      expect((await yard.get(id)).state.status).toBe('running');
      expect(await yard.say(id, 'echo $WORD')).toBe(call);
      expect(await applicationsOf(yard)).toEqual([{ name: 'survivor', project: call, deployed: 1 }]);
      expect(await projectsNamed(yard, call)).toBe(1);
      expect(yard.dokploy.services()).toHaveLength(1);
      expect(outcomeOf(await yard.remove(id))).toBe('succeeded');
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it.each(['worker.begin', 'worker.pull', 'worker.status'])(
    'while the server deploys (%s): the next one waits for that, and deploys nothing itself',
    async (place) => {
      const yard = shared.current;
      const gate = shared.hold(place);
      const { id } = await yard.begin('survivor', { project: { name: place } });
      await gate.reached;
      await yard.killAndStart();
      gate.release();
      expect(outcomeOf(await jobOf(yard.client, id))).toBe('succeeded');
      expect((await yard.get(id)).state.status).toBe('running');
      expect(await applicationsOf(yard)).toEqual([{ name: 'survivor', project: place, deployed: 1 }]);
      expect(outcomeOf(await yard.remove(id))).toBe('succeeded');
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it(
    'three times over one creation gives it up, says so, and finishes it when it is told to',
    async () => {
      const yard = shared.current;
      const creating = yard.begin('persistent');
      const first = killBefore('application.create');
      const { id } = await creating;
      await first;
      for (let time = 0; time < 2; time += 1) {
        const next = killBefore('application.create');
        await yard.startAgain();
        await next;
      }
      await yard.startAgain();
      const job = await jobOf(yard.client, id);
      expect(errorOf(job)).toMatchObject({ code: 'unavailable', hint: expect.any(String) as string });
      expect((await yard.get(id)).state.status).not.toBe('running');
      expect(outcomeOf(await yard.act('redeploy', id))).toBe('succeeded');
      expect((await yard.get(id)).state.status).toBe('running');
      expect(await applicationsOf(yard)).toMatchObject([{ name: 'persistent', deployed: 1 }]);
      expect(outcomeOf(await yard.remove(id))).toBe('succeeded');
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it.each(['application.update', 'application.deploy'])(
    'before %s, and the next one after it, in a change: the third one brings it about, and deploys it once',
    async (call) => {
      const yard = shared.current;
      const { id, appName } = await yard.create('changing');
      const before = killBefore(call);
      await yard.client.call('dokploy.patch', { params: { id }, body: { cpus: 0.5 } });
      await before;
      const after = killAt(call, 'after');
      await yard.startAgain();
      await after;
      await yard.startAgain();
      expect(outcomeOf(await jobOf(yard.client, id))).toBe('succeeded');
      expect(await yard.get(id)).toMatchObject({ state: { status: 'running' }, cpus: 0.5 });
      expect(yard.dokploy.spec(appName ?? '')?.nanoCpus).toBe(5e8);
      expect(await applicationsOf(yard)).toMatchObject([{ name: 'changing', deployed: 2 }]);
      expect(await yard.say(id, 'echo in')).toBe('in');
      expect(outcomeOf(await yard.remove(id))).toBe('succeeded');
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it.each(['application.cleanQueues', 'application.stop', 'application.delete'])(
    'before %s, and the next one after it, in a deletion: the third one ends it',
    async (call) => {
      const yard = shared.current;
      const { id } = await yard.create('doomed');
      const before = killBefore(call);
      await yard.client.call('dokploy.delete', { params: { id }, query: { volumes: 'true' } });
      await before;
      const after = killAt(call, 'after');
      await yard.startAgain();
      await after;
      await yard.startAgain();
      const removal = await jobOf(yard.client, id);
      expect(outcomeOf(removal)).toMatch(goneAnyhow);
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );
});
