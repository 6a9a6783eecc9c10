import { DevyardError } from '../managers/shared/errors.ts';
import { type OptionName, optionTable } from './optionTable.ts';

/** The environment that DevPod runs the provider in. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function wrong(name: string, problem: string, hint: string): DevyardError {
  return new DevyardError('invalid', `${name} ${problem}.`, { field: name, hint });
}

/** How an option is changed. DevPod knows the provider by the name that it was added under, and does not tell it to `init`. */
export function setIt({ PROVIDER_ID: provider = '' }: Environment, name: OptionName, example: string): string {
  return `Set it: devpod provider set-options ${provider === '' ? 'dokploy' : provider} -o ${name}=${example}`;
}

/** The value of an option, or its default. DevPod hands over an empty text for what nobody set. */
export function textOf(env: Environment, name: OptionName): string | null {
  const given = (env[name] ?? '').trim();
  const text = given === '' ? (optionTable[name].default ?? '') : given;
  return text === '' ? null : text;
}

export function requiredText(env: Environment, name: OptionName, example: string): string {
  const text = textOf(env, name);
  if (text === null) throw wrong(name, 'is not set', setIt(env, name, example));
  return text;
}

/** A text that fits the pattern; `problem` goes on with the name of the option. */
export function matching(
  env: Environment,
  name: OptionName,
  pattern: RegExp,
  problem: string,
  example: string,
): string | null {
  const text = textOf(env, name);
  if (text !== null && !pattern.test(text)) throw wrong(name, problem, setIt(env, name, example));
  return text;
}

/** One of the values that the option's table names. */
export function choice<Value extends string>(env: Environment, name: OptionName, values: readonly Value[]): Value {
  const text = textOf(env, name);
  const chosen = values.find((value) => value === text);
  if (chosen !== undefined) return chosen;
  throw wrong(name, `is ${JSON.stringify(text)}, not one of ${values.join(', ')}`, setIt(env, name, values[0] ?? ''));
}
