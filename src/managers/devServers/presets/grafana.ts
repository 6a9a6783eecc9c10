import type { ManifestProject } from '../manifest/schema.ts';
import { type FolderFacts, installOf, nameFrom, nameOfFolder, type Preset } from './facts.ts';
import { runScript } from './packageFacts.ts';

/**
 * A plugin of Grafana as its create-plugin tool lays it out: webpack watches the page into `dist`, and mage builds the Go
 * part beside it, where there is one. Grafana itself, usually in a container, reads `dist`.
 */
export const grafana: Preset = {
  recognises: ({ grafanaPlugin, package: own }) =>
    own !== undefined && typeof grafanaPlugin?.['id'] === 'string' && typeof grafanaPlugin['type'] === 'string',
  fill(facts) {
    const { package: own, grafanaPlugin } = facts;
    const id =
      typeof grafanaPlugin?.['id'] === 'string'
        ? nameFrom(grafanaPlugin['id'], nameOfFolder(facts))
        : nameOfFolder(facts);
    const page: ManifestProject =
      own?.scripts.has('dev') === true
        ? {
            install: installOf(own),
            // webpack says so after each build; there is no page to ask.
            processes: {
              ui: { command: runScript(own.manager, 'dev'), ready: [{ log: 'compiled' }], readyTimeout: '3m' },
            },
          }
        : {};
    return { id, ...page, ...(hasBackend(facts) ? { builds: { backend } } : {}) };
  },
};

const hasBackend = ({ entries }: FolderFacts): boolean => entries.has('Magefile.go') && entries.has('go.mod');

const backend: NonNullable<ManifestProject['builds']>[string] = {
  command: ['mage', '-v'],
  watch: { include: ['pkg/**/*.go', 'go.*', 'Magefile.go'] },
  problems: ['go'],
};
