/** Splits a line into arguments as a person expects: blanks separate, quotes keep together. Nothing is expanded. */
export function splitArguments(line: string): readonly string[] {
  return [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([argument]) =>
    argument.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double: string | undefined, single: string | undefined) =>
      String(double ?? single),
    ),
  );
}

/** The line that `splitArguments` splits into these. */
export function joinArguments(args: readonly string[]): string {
  return args.map(quoted).join(' ');
}

function quoted(argument: string): string {
  if (argument !== '' && !/[\s"']/.test(argument)) return argument;
  // One kind of quotes keeps the other.
  const parts = argument.match(/[^"]+|"+/g) ?? [''];
  return parts.map((part) => (part.startsWith('"') ? `'${part}'` : `"${part}"`)).join('');
}
