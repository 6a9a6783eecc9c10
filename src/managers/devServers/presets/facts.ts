import { basename, join } from 'node:path';
import { valueOf } from '../../shared/yaml/nodeValue.ts';
import { readYaml } from '../../shared/yaml/yamlTree.ts';
import type { ManifestProject } from '../manifest/schema.ts';
import { namePattern } from '../manifest/schemaParts.ts';
import type { ProjectFiles } from '../manifest/projectFiles.ts';
import { type PackageFacts, packageFactsOf, parsedObject } from './packageFacts.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What presets recognise a folder by, read once for all of them. */
export interface FolderFacts {
  readonly folder: string;
  readonly entries: ReadonlySet<string>;
  readonly package: PackageFacts | undefined;
  /** The package in the folder `ui`. */
  readonly uiPackage: PackageFacts | undefined;
  /** Names in the folder `pkg`. */
  readonly pkgEntries: ReadonlySet<string>;
  /** `plugin.yaml` of an Omniview plugin. */
  readonly pluginYaml: Fields | undefined;
  /** `src/plugin.json` of a Grafana plugin. */
  readonly grafanaPlugin: Fields | undefined;
  /** `manifest.json` of an Obsidian plugin. */
  readonly obsidianManifest: Fields | undefined;
  /** What OMNIVIEW_STATE_DIR says, else `~/.omniview`. */
  readonly omniviewState: string;
}

/** A kind of project. `fill` answers with what it would write into a manifest; only what the folder really has. */
export interface Preset {
  readonly recognises: (facts: FolderFacts) => boolean;
  readonly fill: (facts: FolderFacts) => ManifestProject;
}

export interface FactsContext {
  readonly files: ProjectFiles;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export async function factsOf(folder: string, { files, env }: FactsContext): Promise<FolderFacts> {
  const entries = new Set(await files.list(folder));
  const read = async (...names: readonly [string, ...string[]]): Promise<string | undefined> =>
    entries.has(names[0]) ? await files.readText(join(folder, ...names)) : undefined;
  const state = env['OMNIVIEW_STATE_DIR'] ?? '';
  return {
    folder,
    entries,
    package: entries.has('package.json') ? await packageFactsOf(folder, files) : undefined,
    uiPackage: entries.has('ui') ? await packageFactsOf(join(folder, 'ui'), files) : undefined,
    pkgEntries: new Set(entries.has('pkg') ? await files.list(join(folder, 'pkg')) : []),
    pluginYaml: yamlFields((await read('plugin.yaml')) ?? (await read('plugin.yml'))),
    grafanaPlugin: parsedObject(await read('src', 'plugin.json')),
    obsidianManifest: parsedObject(await read('manifest.json')),
    omniviewState: state === '' ? '~/.omniview' : state,
  };
}

function yamlFields(text: string | undefined): Fields | undefined {
  const { root } = readYaml(text ?? '');
  const none: ReadonlySet<string> = new Set();
  return root?.kind === 'mapping' ? (valueOf(root, { free: none, named: none }) as Fields) : undefined;
}

/** A name as manifests have them, out of any text. */
export function nameFrom(text: string, otherwise = 'project'): string {
  const plain = text
    .toLowerCase()
    .replace(/^@/, '')
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64)
    .replace(/[^a-z0-9]+$/, '');
  return namePattern.test(plain) && !(plain in {}) && plain !== 'prototype' ? plain : otherwise;
}

/** How a folder's project is called where nothing names it better. */
export const nameOfFolder = ({ folder, package: own }: Pick<FolderFacts, 'folder' | 'package'>): string =>
  nameFrom(own?.name ?? basename(folder), nameFrom(basename(folder)));

/** Packages are installed before the first start. */
export function installOf({ manager }: PackageFacts, folder = ''): NonNullable<ManifestProject['install']> {
  const within = folder === '' ? '' : `${folder}/`;
  return {
    when: `missing:${within}node_modules`,
    command: [manager, 'install'],
    ...(folder === '' ? {} : { cwd: folder }),
    timeout: '10m',
  };
}
