import { interpolateText } from './composeFile.ts';

/**
 * The `.env` file beside a compose file as `docker compose` reads it. Dokploy writes it from values whose quotes it has taken
 * off already, so a `$`, a `#` or a quote that came through the first reading means something again in this one.
 */
export function parseDotEnvFile(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines.flatMap((one) => one.split('\n'))) {
    const at = line.indexOf('=');
    if (line.trimStart().startsWith('#') || at === -1) continue;
    found.set(line.slice(0, at).trim(), readValue(line.slice(at + 1).trim(), found));
  }
  return found;
}

function readValue(raw: string, known: ReadonlyMap<string, string>): string {
  const quote = raw[0];
  const end = quote === '"' || quote === "'" ? raw.indexOf(quote, 1) : -1;
  if (end > 0) {
    const inner = raw.slice(1, end);
    return quote === "'" ? inner : interpolateText(inner.replaceAll('\\n', '\n').replaceAll('\\t', '\t'), known);
  }
  const comment = raw.search(/\s#/u);
  return interpolateText(comment === -1 ? raw : raw.slice(0, comment).trimEnd(), known);
}
