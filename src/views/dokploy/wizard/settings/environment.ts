import type { Localizer } from '../../../shared/l10n.ts';

/** Variables by name. Null: the value that is set already, which nobody but the workspace gets to see. */
export type Environment = Readonly<Record<string, string | null>>;

const mostCharacters = 30_000;

/** `NAME=value`; the value may be empty and hold anything. Undefined for what is none. */
export function parseVariable(text: string): { readonly name: string; readonly value: string } | undefined {
  const [, name, value] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  return name === undefined || value === undefined ? undefined : { name, value };
}

/** `others`: names of those that are set besides this one. */
export function variableProblem(text: string, others: readonly string[], l10n: Localizer): string | undefined {
  const variable = parseVariable(text);
  if (variable === undefined) {
    const name = text.split('=')[0]?.trim() ?? '';
    return name !== '' && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
      ? l10n.t('A name has letters, digits and underscores, and does not begin with a digit.')
      : l10n.t('Enter a name and a value, such as LANG=C.UTF-8.');
  }
  if (variable.value.length > mostCharacters) return l10n.t('Use at most {0} characters.', mostCharacters);
  return others.includes(variable.name) ? l10n.t('{0} is set already.', variable.name) : undefined;
}

/** `LANG, TZ`, without values: they may be secret. */
export function environmentText(env: Environment, l10n: Localizer): string {
  const names = Object.keys(env);
  return names.length === 0 ? l10n.t('none') : names.join(', ');
}
