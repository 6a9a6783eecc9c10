import { DevyardError } from '../../shared/errors.ts';

/**
 * Text of KEY=value lines from which Dokploy takes exactly these values. It reads them with the dotenv package: `'…'` and
 * `` `…` `` hold anything but their own quote, `"…"` knows the escapes `\n` and `\r` and nothing else, and what has no quotes
 * ends at the line or at `#`. `${{project.NAME}}` stays what it is for Dokploy, a reference to a variable of the project.
 * Throws `invalid` for the rare value that none of these can hold.
 */
export function environmentText(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${quoted(name, value)}`)
    .join('\n');
}

/**
 * The same values, kept from the templates of a swarm, which expands `{{…}}` in the environment of a service (the reference
 * of `docker service create`).
 */
export function withoutTemplates(env: Readonly<Record<string, string>>): Record<string, string> {
  const escaped = Object.entries(env).map(([name, value]) => [name, value.replaceAll(/(?<!\$)\{\{/g, '{{"{{"}}')]);
  return Object.fromEntries(escaped) as Record<string, string>;
}

const plain = /^[\w./:@%+,=-]+$/;
/** Read as it stands: nothing at its ends that would be trimmed, no quote that would be taken off, no comment. */
const unquotable = /^[^\s'"`#](?:[^#\r\n]*[^#\s])?$/;

function quoted(name: string, value: string): string {
  if (plain.test(value)) return value;
  if (value.includes('\0')) throw cannotHold(name, 'A variable cannot hold a zero byte.');
  const isVerbatim = !value.includes('\r') && !value.endsWith('\\');
  for (const quote of ["'", '`']) if (isVerbatim && !value.includes(quote)) return `${quote}${value}${quote}`;
  if (!/"|\\[nr]|\\$/.test(value)) return `"${value.replaceAll('\r', String.raw`\r`)}"`;
  if (unquotable.test(value)) return value;
  throw cannotHold(
    name,
    'It has every kind of quote in it. Leave one kind out, or encode it (base64) and decode it in the workspace.',
  );
}

function cannotHold(name: string, hint: string): DevyardError {
  return new DevyardError('invalid', `Dokploy cannot be given the value of ${name} as it is.`, {
    field: `env.${name}`,
    hint,
  });
}
