import type { DokployServer, ServerTargets, Workspace } from '../../../../api/contract/dokploy.ts';
import type { Step } from '../../../shared/wizard.ts';
import type { Draft } from './draft.ts';

/** What the steps share. */
export interface Wizard {
  readonly title: string;
  readonly draft: Draft;
  readonly servers: readonly DokployServer[];
  readonly workspaces: () => Iterable<Workspace>;
  /** What the chosen server offers. */
  readonly offer: () => ServerTargets;
  /** Reads what a server offers, and takes it for the chosen one from then on. */
  readonly load: (serverId: string) => Promise<void>;
}

/** A step whose answer is known already: it is passed over once, and asked when somebody comes back to it. */
export function answered(step: Step, isAnswered: boolean): Step {
  let passed = !isAnswered;
  return {
    ...step,
    ask: (place) => {
      if (passed) return step.ask(place);
      passed = true;
      return Promise.resolve('next');
    },
  };
}
