import { builtInGroups } from './builtInGroups.ts';
import { dotted, type Finding, shown } from '../../shared/yaml/issueText.ts';
import { nearest } from '../../shared/nearest.ts';
import type { NodePath } from '../../shared/yaml/nodeValue.ts';

/**
 * What no single key can be blamed for: names that nothing has, or two have, and a range that ends before it begins.
 * Takes the value as it was written, wrong types and all, so that these are found beside other faults.
 */
export function checkReferences(file: unknown): readonly Finding[] {
  const own = Object.keys(asObject(at(file, 'extension_groups')));
  const known = own.length > 0 ? own : builtInGroups.map(({ key }) => key);
  const tabs = asList(at(file, 'packaged_assets', 'tabs'));
  const tabsPath = ['packaged_assets', 'tabs'];
  return [
    ...rangeFindings(at(file, 'server', 'code_server_port_range')),
    ...unknownGroups(at(file, 'ui', 'default_extension_groups'), ['ui', 'default_extension_groups'], known, own),
    ...repeated(tabs, tabsPath, 'tab'),
    ...tabs.flatMap((tab, tabIndex) => {
      const items = asList(at(tab, 'items'));
      const path = [...tabsPath, tabIndex, 'items'];
      return [
        ...repeated(items, path, 'template of this tab'),
        ...items.flatMap((item, index) =>
          unknownGroups(at(item, 'extensions_groups'), [...path, index, 'extensions_groups'], known, own),
        ),
      ];
    }),
  ];
}

function rangeFindings(range: unknown): readonly Finding[] {
  const path = ['server', 'code_server_port_range'];
  const given = asObject(range);
  const start = given['start'] ?? 8010;
  const end = given['end'] ?? 8100;
  if (typeof start !== 'number' || typeof end !== 'number' || start <= end) return [];
  const defaults = 'start' in given ? ('end' in given ? '' : ' (the default)') : '';
  const message =
    `The port range begins at ${String(start)}${'start' in given ? '' : ' (the default)'} and ends before that, ` +
    `at ${String(end)}${defaults}. Give a start that is not after the end.`;
  return [{ path: [...path, 'start' in given ? 'start' : 'end'], message }];
}

function unknownGroups(
  list: unknown,
  path: NodePath,
  known: readonly string[],
  own: readonly string[],
): readonly Finding[] {
  return asList(list).flatMap((key, index) => {
    if (typeof key !== 'string' || known.includes(key)) return [];
    const meant = nearest(key, known);
    const builtIn = own.length > 0 && builtInGroups.some((group) => group.key === key);
    const why = builtIn ? ' (the built-in one is gone where the file defines groups of its own)' : '';
    const fix = meant === undefined ? `There are: ${known.join(', ')}.` : `Did you mean “${meant}”?`;
    const here = [...path, index];
    return [
      {
        path: here,
        message: `“${dotted(here)}” names the extension group ${shown(key)}, which is not defined${why}. ${fix}`,
      },
    ];
  });
}

function repeated(list: readonly unknown[], path: NodePath, what: string): readonly Finding[] {
  const names = list
    .map((item) => at(item, 'name'))
    .map((name) => (typeof name === 'string' ? name.trim() : undefined));
  const seen = new Set<string>();
  return names.flatMap((name, index) => {
    if (name === undefined || name === '') return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const here = [...path, index, 'name'];
    return [
      {
        path: here,
        message: `“${dotted(here)}” is ${shown(name)}, as another ${what} is called. Choose another name.`,
      },
    ];
  });
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => asObject(inner)[key], value);
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
