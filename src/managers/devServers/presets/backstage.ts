import { installOf, nameOfFolder, type Preset } from './facts.ts';
import { runScript } from './packageFacts.ts';

/**
 * A Backstage app: page and backend are started together. The ports are those that `app-config.yaml` names, 3000 for the
 * page unless somebody changed it; other places refer to them, so no other port is given.
 */
export const backstage: Preset = {
  recognises: ({ entries, package: own }) =>
    own !== undefined &&
    (entries.has('backstage.json') || (entries.has('app-config.yaml') && own.dependencies.has('@backstage/cli'))),
  fill(facts) {
    const { package: own } = facts;
    if (own === undefined) return { id: nameOfFolder(facts) };
    // `dev` started both until `start` did.
    const script = own.scripts.has('dev') ? 'dev' : 'start';
    return {
      id: nameOfFolder(facts),
      install: installOf(own),
      processes: {
        app: { command: runScript(own.manager, script), port: 3000, ready: [{ http: '/' }], readyTimeout: '5m' },
      },
    };
  },
};
