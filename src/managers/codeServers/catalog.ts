import type { ArchiveKind } from '../shared/archives/kind.ts';
import { DevyardError } from '../shared/errors.ts';
import type { ExtensionGroup } from './config/schema.ts';
import type { OutfitInput } from './model.ts';
import { validExtensions } from './extensions/extensionId.ts';

export interface Template {
  readonly tab: string;
  readonly name: string;
  /** https address of the repository that is cloned; empty: none is. */
  readonly url: string;
  /** Keys of groups. */
  readonly extensionGroups: readonly string[];
}

/** What devbox.yaml offers for new code-servers. */
export interface Catalog {
  readonly groups: readonly ExtensionGroup[];
  readonly templates: readonly Template[];
  /** Which archives are accepted. */
  readonly archiveKinds: readonly ArchiveKind[];
  readonly darkMode: boolean;
}

/** What a code-server is given: extensions to install and settings to merge, in this order. */
export interface Outfit {
  readonly extensions: readonly string[];
  readonly extensionGroups: readonly string[];
  readonly settings: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Resolves groups by key, or by name as the original's clients say them, in the order they are named: of two groups that
 * set the same key, the later one holds. Throws `invalid`.
 */
export async function outfitOf(input: OutfitInput, { groups }: Catalog): Promise<Outfit> {
  const chosen = (input.extensionGroups ?? []).map((name, index) =>
    groupNamed(groups, name, `extensionGroups.${String(index)}`),
  );
  const unique = chosen.filter((group, index) => chosen.indexOf(group) === index);
  const own = await validExtensions(input.extensions ?? [], 'extensions');
  const known = new Set(own.map((id) => id.toLowerCase()));
  const ofGroups = unique.flatMap(({ extensions }) => extensions).filter((id) => !known.has(id.toLowerCase()));
  return {
    extensions: await validExtensions([...own, ...ofGroups], 'extensions'),
    extensionGroups: unique.map(({ key }) => key),
    settings: unique.map(({ userSettings }) => userSettings),
  };
}

/** Throws `invalid`, naming what there is. */
export function groupNamed(groups: readonly ExtensionGroup[], name: string, field: string): ExtensionGroup {
  const group = groups.find(({ key }) => key === name) ?? groups.find((one) => one.name === name);
  if (group !== undefined) return group;
  throw new DevyardError('invalid', `There is no extension group “${name}”.`, {
    field,
    hint: `There are: ${groups.map(({ key }) => key).join(', ')}.`,
  });
}

/** Throws `invalid` when none, or more than one, is meant. */
export function templateNamed(
  templates: readonly Template[],
  { name, tab }: { readonly name: string; readonly tab?: string | undefined },
): Template {
  const named = templates.filter((one) => one.name === name && (tab === undefined || one.tab === tab));
  const [template, ...others] = named;
  if (template !== undefined && others.length === 0) return template;
  if (template === undefined) {
    const where = tab === undefined ? '' : ` in the tab “${tab}”`;
    const all = templates.map((one) => `${one.tab} / ${one.name}`).join(', ');
    throw new DevyardError('invalid', `There is no template “${name}”${where}.`, {
      field: 'source.name',
      hint: all === '' ? 'devbox.yaml lists no templates (packaged_assets).' : `There are: ${all}.`,
    });
  }
  throw new DevyardError('invalid', `${String(named.length)} tabs have a template “${name}”.`, {
    field: 'source.tab',
    hint: `Name one of the tabs: ${named.map((one) => one.tab).join(', ')}.`,
  });
}
