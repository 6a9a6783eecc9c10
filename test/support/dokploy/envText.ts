/**
 * Environment text as Dokploy reads it, with the rules of the dotenv package: quotes of three kinds, which may span lines;
 * `export` is allowed; `#` begins a comment outside of quotes; double quotes know `\n` and `\r` and nothing else.
 */
export function parseEnvText(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const source = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  let at = 0;
  while (at < source.length) {
    const name = /[ \t\n]*(?:export[ \t]+)?([\w.-]+)[ \t]*(?:=|:[ \t])/uy;
    name.lastIndex = at;
    const match = name.exec(source);
    if (match === null) {
      at = afterLine(source, at);
      continue;
    }
    const { value, next } = readValue(source, name.lastIndex);
    found.set(match[1] ?? '', value);
    at = next;
  }
  return found;
}

const afterLine = (source: string, at: number): number => {
  const end = source.indexOf('\n', at);
  return end === -1 ? source.length : end + 1;
};

function readValue(source: string, from: number): { value: string; next: number } {
  const blank = /[ \t]*/uy;
  blank.lastIndex = from;
  blank.exec(source);
  const start = blank.lastIndex;
  const quote = source[start];
  if (quote === '"' || quote === "'" || quote === '`') {
    const end = closingQuote(source, start + 1, quote);
    if (end !== -1) {
      const raw = source.slice(start + 1, end);
      const value = quote === '"' ? raw.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : raw;
      return { value, next: afterLine(source, end) };
    }
  }
  const next = afterLine(source, start);
  const line = source.slice(start, next);
  const comment = line.indexOf('#');
  return { value: (comment === -1 ? line : line.slice(0, comment)).trim(), next };
}

function closingQuote(source: string, from: number, quote: string): number {
  for (let at = source.indexOf(quote, from); at !== -1; at = source.indexOf(quote, at + 1))
    if (source[at - 1] !== '\\') return at;
  return -1;
}

/**
 * KEY=value of a service, its `${{project.NAME}}` and `${{environment.NAME}}` replaced. Throws for a name that is not there,
 * which fails the deployment.
 */
export function serviceEnvironment(service: string | null, project: string, environment: string): string[] {
  const scopes = { project: parseEnvText(project), environment: parseEnvText(environment) };
  const own = parseEnvText(service ?? '');
  return [...own].map(([key, value]) => {
    const resolved = value.replaceAll(
      /\$\{\{(?:(project|environment)\.)?([^}]*)\}\}/gu,
      (_, scope: 'project' | 'environment' | undefined, name: string) => {
        const replacement = scope === undefined ? own.get(name) : scopes[scope].get(name);
        if (replacement === undefined) throw new Error(`Invalid ${scope ?? 'service'} environment variable: ${name}`);
        return replacement;
      },
    );
    return `${key}=${resolved}`;
  });
}
