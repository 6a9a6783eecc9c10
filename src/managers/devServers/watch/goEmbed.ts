/** A pattern of a `//go:embed` directive, relative to the folder of its Go file. */
export interface EmbedPattern {
  readonly pattern: string;
  /** `all:`: of a folder that is named, also what begins with a dot or an underscore. */
  readonly all: boolean;
}

/**
 * The patterns that a Go source embeds (https://pkg.go.dev/embed). A directive is a line comment, so text that looks like one
 * inside a string or a block comment is none. What Go would refuse (`..`, an absolute path) is left out.
 */
export function parseGoEmbed(source: string): readonly EmbedPattern[] {
  if (!source.includes('//go:embed')) return [];
  const patterns: EmbedPattern[] = [];
  for (const [token] of source.matchAll(tokens)) {
    const directive = /^\/\/go:embed[ \t]+(.*)/.exec(token);
    if (directive?.[1] !== undefined) patterns.push(...patternsOf(directive[1]));
  }
  return patterns;
}

/** Whatever may hold `//` without beginning a line comment, and line comments. Unclosed ones end with the line or the file. */
const tokens =
  /\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))|`[^`]*(?:`|$(?![\s\S]))|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?/g;

function patternsOf(text: string): readonly EmbedPattern[] {
  const patterns: EmbedPattern[] = [];
  for (const [, quoted, raw, bare] of text.matchAll(/"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^\s"`]\S*)/g)) {
    const written = quoted?.replaceAll(/\\(["\\])/g, '$1') ?? raw ?? bare ?? '';
    const all = written.startsWith('all:');
    const pattern = all ? written.slice('all:'.length) : written;
    if (isAllowed(pattern)) patterns.push({ pattern, all });
  }
  return patterns;
}

/** As io/fs.ValidPath has it, before the wildcards are looked at. */
function isAllowed(pattern: string): boolean {
  if (pattern === '.') return true;
  return pattern.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
