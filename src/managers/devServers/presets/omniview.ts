import type { ManifestBuild, ManifestProcess } from '../manifest/schema.ts';
import { type FolderFacts, installOf, nameFrom, nameOfFolder, type Preset } from './facts.ts';
import { type PackageFacts } from './packageFacts.ts';
import { viteCommand } from './vite.ts';

/**
 * A plugin of Omniview: `plugin.yaml`, a page made with Vite in `ui`, and a Go program in `pkg`. Either of the two may be
 * missing. Omniview loads the program from `plugins/<id>/bin/plugin` in its state folder.
 */
export const omniview: Preset = {
  recognises: (facts) =>
    typeof facts.pluginYaml?.['id'] === 'string' && (facts.uiPackage !== undefined || hasBackend(facts)),
  fill(facts) {
    const home = `${facts.omniviewState}/plugins/${idOf(facts)}`;
    const ui = facts.uiPackage;
    return {
      id: nameFrom(idOf(facts), nameOfFolder(facts)),
      ...(ui === undefined ? {} : { install: installOf(ui, 'ui'), processes: { ui: page(ui) } }),
      ...(hasBackend(facts) ? { builds: { backend: backend(facts, home) } } : {}),
      external: { devinfo: `${home}/.devinfo` },
    };
  },
};

/** It becomes part of a path, so what would lead elsewhere is not taken. */
function idOf(facts: FolderFacts): string {
  const id = facts.pluginYaml?.['id'];
  return typeof id === 'string' && /^[A-Za-z0-9][\w.-]{0,63}$/.test(id) ? id : nameOfFolder(facts);
}

function hasBackend({ entries, pkgEntries }: FolderFacts): boolean {
  return entries.has('go.mod') && (pkgEntries.has('main.go') || entries.has('main.go'));
}

const page = (ui: PackageFacts): ManifestProcess => ({
  cwd: 'ui',
  command: viteCommand(ui),
  port: true,
  ready: [{ http: '/' }],
});

const backend = ({ pkgEntries }: FolderFacts, home: string): ManifestBuild => ({
  command: ['go', 'build', '-o', '${out}', pkgEntries.has('main.go') ? './pkg' : '.'],
  watch: { include: ['**/*.go', 'go.*', 'plugin.yaml'], exclude: ['**/vendor/**'] },
  problems: ['go'],
  deploy: [{ from: '${out}', to: `${home}/bin/plugin` }],
});
