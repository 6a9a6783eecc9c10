import { describe, expect, it } from 'vitest';
import { runWizard, type Step, type StepResult } from '../../../src/views/shared/wizard.ts';

/** Answers in the order in which they are given; notes which step was asked, and its numbers. */
function script(answers: readonly [id: string, result: StepResult][]) {
  const left = [...answers];
  const asked: string[] = [];
  const step = (id: string, more: Partial<Step> = {}): Step => ({
    id,
    ask: ({ step, totalSteps }) => {
      asked.push(`${id} ${String(step)}/${String(totalSteps)}`);
      const [expected, result] = left.shift() ?? [id, 'cancel'];
      expect(id).toBe(expected);
      return Promise.resolve(result);
    },
    ...more,
  });
  return { step, asked, left };
}

describe('a wizard', () => {
  it('goes back and forth, and ends at the first step or when cancelled', async () => {
    const { step, asked, left } = script([
      ['a', 'next'],
      ['b', 'back'],
      ['a', 'next'],
      ['b', 'next'],
      ['a', 'next'],
      ['b', 'cancel'],
      ['a', 'back'],
    ]);
    const steps = [step('a'), step('b')];
    expect(await runWizard(steps)).toBe(true);
    expect(asked).toEqual(['a 1/2', 'b 2/2', 'a 1/2', 'b 2/2']);
    expect(await runWizard(steps)).toBe(false);
    expect(await runWizard(steps)).toBe(false);
    expect(left).toEqual([]);
  });

  it('asks and counts only what other answers make necessary', async () => {
    let wanted = false;
    const { step, asked } = script([
      ['source', 'next'],
      ['end', 'back'],
      ['source', 'next'],
      ['detail', 'next'],
      ['end', 'next'],
    ]);
    const source = step('source');
    const steps = [
      { ...source, ask: async (place) => source.ask(place).finally(() => (wanted = asked.length > 1)) } satisfies Step,
      step('detail', { applies: () => wanted }),
      step('end'),
    ];
    expect(await runWizard(steps)).toBe(true);
    expect(asked).toEqual(['source 1/2', 'end 2/2', 'source 1/2', 'detail 2/3', 'end 3/3']);
  });

  it('comes back to the summary from a question that was picked there', async () => {
    const { step, asked } = script([
      ['a', 'next'],
      ['b', 'next'],
      ['c', 'next'],
      ['end', { goTo: 'a' }],
      ['a', 'next'],
      ['end', { goTo: 'b' }],
      ['b', 'back'],
      ['end', 'back'],
      ['c', 'next'],
      ['end', 'next'],
    ]);
    expect(await runWizard(['a', 'b', 'c', 'end'].map((id) => step(id)))).toBe(true);
    expect(asked).toHaveLength(10);
  });

  it('asks on the way back what the new answer made necessary, and does not skip it by going back', async () => {
    let wanted = false;
    const { step, left } = script([
      ['a', 'next'],
      ['source', 'next'],
      ['end', { goTo: 'source' }],
      ['source', 'next'],
      ['detail', 'back'],
      ['source', 'back'],
      ['a', 'next'],
      ['detail', 'next'],
      ['end', 'next'],
    ]);
    const end = step('end');
    const steps = [
      step('a'),
      step('source', { reopens: ['detail'] }),
      step('detail', { applies: () => wanted }),
      { ...end, ask: async (place) => end.ask(place).finally(() => (wanted = true)) } satisfies Step,
    ];
    expect(await runWizard(steps)).toBe(true);
    expect(left).toEqual([]);
  });
});
