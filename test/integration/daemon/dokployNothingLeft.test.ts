import { describe, expect, it } from 'vitest';
import { applicationsOf, leftoversOf, nothing } from './dokployLeftovers.ts';
import { goneAnyhow, outcomeOf, SharedYard } from './dokployShared.ts';
import { ended, jobOf } from './dokployYard.ts';

const shared = new SharedYard();
const long = 120_000;

describe('nothing is left', () => {
  it.each(['worker.begin', 'worker.pull', 'worker.status'])(
    'of what is deleted during its deployment (%s)',
    async (place) => {
      const yard = shared.current;
      const gate = shared.hold(place);
      const { id } = await yard.begin('doomed');
      await gate.reached;
      const job = await yard.client.call('dokploy.delete', { params: { id }, query: { volumes: 'true' } });
      gate.release();
      const removal = await ended(yard.client, job);
      // Volumes of what never ran cannot be emptied.
      expect(outcomeOf(removal)).toMatch(goneAnyhow);
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it(
    'of what several people delete at once while it is redeployed, and each hears that it is gone',
    async () => {
      const yard = shared.current;
      const { id } = await yard.create('unloved');
      const [pulling, stopping] = [shared.hold('worker.pull'), shared.hold('application.stop')];
      await yard.client.call('dokploy.redeploy', { params: { id } });
      await pulling.reached;
      const removals = Array.from({ length: 3 }, () => yard.remove(id));
      pulling.release();
      await stopping.reached;
      const query = { volumes: 'false', forget: 'false' };
      const late = await yard.client.call('dokploy.delete', { params: { id }, query });
      stopping.release();
      removals.push(ended(yard.client, late));
      for (const job of await Promise.all(removals)) expect(outcomeOf(job)).toBe('succeeded');
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it.each([
    ['project.create', 'before'],
    ['project.create', 'after'],
    ['application.create', 'before'],
    ['application.create', 'after'],
    ['port.create', 'after'],
    ['application.deploy', 'before'],
    ['application.deploy', 'after'],
    ['worker.begin', 'before'],
    ['worker.pull', 'before'],
    ['docker.getServiceContainersByAppName', 'before'],
  ] as const)(
    'of a creation that is cancelled (%s, %s)',
    async (call, stage) => {
      const yard = shared.current;
      const gate = shared.hold(call, stage);
      const { id } = await yard.begin('unwanted', { project: { name: `for ${call} ${stage}` } });
      await gate.reached;
      const creation = (await yard.client.call('jobs.list', {})).find(({ resourceId }) => resourceId === id);
      const cancelling = yard.client.call('jobs.cancel', { params: { id: creation?.id ?? '' } });
      gate.release();
      expect((await cancelling).state.status).toBe('cancelled');
      const removal = await jobOf(yard.client, id);
      expect(removal.kind).toBe('dokploy.delete');
      expect(outcomeOf(removal)).toMatch(goneAnyhow);
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it(
    'of a creation that is cancelled while its daemon dies',
    async () => {
      const yard = shared.current;
      const gate = shared.hold('application.create', 'after');
      const { id } = await yard.begin('unlucky');
      await gate.reached;
      const creation = (await yard.client.call('jobs.list', {})).find(({ resourceId }) => resourceId === id);
      // It waits for the answer of the call, which never comes.
      const cancelling = yard.client.call('jobs.cancel', { params: { id: creation?.id ?? '' } });
      const lost = cancelling.catch((error: unknown) => error);
      await yard.yard.kill();
      expect(await lost).toBeInstanceOf(Error);
      gate.release();
      await yard.startAgain();
      // Nobody was told that it is cancelled, and it may go on; whatever it does, a deletion ends it.
      const removal = await yard.remove(id);
      expect(outcomeOf(removal)).toMatch(goneAnyhow);
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it(
    'here of a workspace that is only forgotten, for its server may never come back',
    async () => {
      const yard = shared.current;
      const { id, serviceId } = await yard.create('orphan');
      await yard.dokploy.goDown();
      expect((await yard.remove(id)).state.status).toBe('failed');
      expect(outcomeOf(await yard.remove(id, { forget: true }))).toBe('succeeded');
      expect(await yard.states()).toEqual([]);
      await yard.dokploy.comeUp();
      expect(await applicationsOf(yard)).toMatchObject([{ name: 'orphan' }]);
      await yard.past('application.delete', { applicationId: serviceId });
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );
});
