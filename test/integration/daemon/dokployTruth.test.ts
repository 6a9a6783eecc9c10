import { describe, expect, it } from 'vitest';
import { leftoversOf, nothing } from './dokployLeftovers.ts';
import { errorOf, outcomeOf, SharedYard } from './dokployShared.ts';
import { ended, jobOf, untilStep } from './dokployYard.ts';

const shared = new SharedYard();
const long = 120_000;
const someHint = expect.any(String) as string;
const saying = (words: string | RegExp): string => expect.stringMatching(words) as string;

describe('what is told of a workspace is true', () => {
  it(
    'when a bad image comes after a good one: the good one runs on, and its end is not taken for that of the bad one',
    async () => {
      const yard = shared.current;
      const { id, image, appName } = await yard.create('changed');
      const bad = 'registry.invalid/none:1';
      yard.dokploy.failPull(bad);
      const change = await yard.change(id, { image: bad });
      expect(errorOf(change)).toMatchObject({
        code: 'start-failed',
        message: saying('manifest unknown'),
        hint: someHint,
      });
      // The task of the good image is what runs.
      expect(await yard.ask(id)).toMatchObject({ state: { status: 'running' }, image: bad });
      expect(await yard.say(id, 'echo in')).toBe('in');
      expect(outcomeOf(await yard.change(id, { image: image ?? '' }))).toBe('succeeded');
      expect(yard.dokploy.spec(appName ?? '')?.image).toBe(image);
      await yard.remove(id);
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it(
    'when it ends again and again, which Dokploy calls done',
    async () => {
      const yard = shared.current;
      const { id, appName, serviceId } = await yard.create('crashing');
      yard.dokploy.failTasks(appName ?? '', 3);
      const redeployed = await yard.act('redeploy', id);
      expect(errorOf(redeployed)).toMatchObject({ code: 'start-failed', hint: someHint });
      const row = await yard.past('application.one', { applicationId: serviceId });
      expect(row).toMatchObject({ applicationStatus: 'done' });
      const words = /ends again and again|exit \(3\)/;
      expect((await yard.get(id)).state).toMatchObject({ status: 'failed', hint: someHint });
      expect((await yard.ask(id)).state).toMatchObject({ status: 'failed', reason: saying(words) });
      yard.dokploy.failTasks(appName ?? '', null);
      expect(outcomeOf(await yard.act('redeploy', id))).toBe('succeeded');
      expect((await yard.get(id)).state.status).toBe('running');
      await yard.remove(id);
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it.each([
    ['pulls its image', 'worker.pull', 'cancelled'],
    ['has it in its queue', 'worker.begin', 'lost'],
  ] as const)(
    'when Dokploy dies while it %s',
    async (_, place, fate) => {
      const yard = shared.current;
      const { id } = await yard.create('bereft');
      const gate = shared.hold(place);
      const job = await yard.client.call('dokploy.redeploy', { params: { id } });
      await gate.reached;
      expect((await yard.get(id)).state.status).toBe('deploying');
      yard.dokploy.crash();
      const failed = await ended(yard.client, job);
      expect(errorOf(failed)).toMatchObject({ code: 'start-failed', message: saying(fate), hint: someHint });
      // What ran before runs on.
      expect((await yard.ask(id)).state.status).toBe('running');
      gate.release();
      expect(outcomeOf(await yard.act('redeploy', id))).toBe('succeeded');
      expect(await yard.say(id, 'echo in')).toBe('in');
      await yard.remove(id);
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it(
    'while the deployment of another one holds the queue',
    async () => {
      const yard = shared.current;
      const pulling = shared.hold('worker.pull');
      const first = await yard.begin('first');
      await pulling.reached;
      const second = await yard.begin('second');
      await untilStep(yard.client, second.id, 'waiting for other deployments');
      expect(await yard.states()).toEqual(['first deploying', 'second deploying']);
      pulling.release();
      for (const { id } of [first, second]) expect(outcomeOf(await jobOf(yard.client, id))).toBe('succeeded');
      expect(await yard.states()).toEqual(['first running', 'second running']);
      for (const { id } of [first, second]) await yard.remove(id);
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );

  it(
    'while Dokploy is out of reach, and after somebody deleted the service there',
    async () => {
      const yard = shared.current;
      const { id, serviceId } = await yard.create('far');
      await yard.dokploy.goDown();
      const [known] = await yard.client.call('dokploy.list', { query: { refresh: 'true' } });
      expect(known?.state.status).toBe('running');
      const [server] = await yard.client.call('dokploy.servers', {});
      expect(server).toMatchObject({ connection: { status: 'failing', problem: 'unreachable' } });
      expect(server?.checkedAt).toEqual(expect.any(Number));
      // SSH does not go through Dokploy.
      expect(await yard.say(id, 'echo in')).toBe('in');
      expect(errorOf(await yard.remove(id)).message).toMatch(/could not be reached \([a-z]+\.[A-Za-z]+\)/);
      expect((await yard.get(id)).state.status).toBe('unverified');
      await yard.dokploy.comeUp();
      expect((await yard.ask(id)).state.status).toBe('running');
      await yard.past('application.delete', { applicationId: serviceId });
      expect((await yard.ask(id)).state).toEqual({ status: 'gone' });
      expect(outcomeOf(await yard.remove(id))).toBe('succeeded');
      expect(await leftoversOf(yard)).toEqual(nothing);
    },
    long,
  );
});
