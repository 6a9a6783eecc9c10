import { readLine } from '../../config/yamlLine.ts';

/** A devyard.yaml to begin with. */
export const starterManifest = `# What Devyard runs for this folder. Nothing runs before you start it.
version: 1
projects:
  - id: my-project
    root: .
    # Fills what is not said here: omniview, vite, vscode-extension, grafana, obsidian, backstage or generic.
    preset: generic
    processes:
      web:
        # A program and its arguments. \${port} is the port that Devyard chose.
        command: [npm, run, dev, --, --port, "\${port}"]
        port: { range: [15173, 15272] }
        ready: [{ http: / }]
    # builds:
    #   backend:
    #     command: [go, build, -o, "\${out}", .]
    #     watch: { include: ["**/*.go", "go.*"] }
    #     problems: [go]
`;

/**
 * One manifest with the projects of several, which all belong in the same file: the first as it is, then the entries of the
 * others. Their comments at the top go; two projects of one id stay, and the check says so.
 */
export function mergedManifests(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  if (others.length === 0) return first;
  const lines = first.trimEnd().split(/\r\n|\r|\n/);
  const inserted = others.flatMap((text) => projectLines(text.split(/\r\n|\r|\n/)).lines);
  const { end } = projectLines(lines);
  return `${[...lines.slice(0, end), ...inserted, ...lines.slice(end)].join('\n')}\n`;
}

/** The lines below the key `projects`, and the line behind them. */
function projectLines(lines: readonly string[]): { readonly lines: readonly string[]; readonly end: number } {
  const start = lines.findIndex((line) => readLine(line).key?.column === 0 && /^["']?projects["']?\s*:/.test(line));
  if (start < 0) return { lines: [], end: lines.length };
  const next = lines.findIndex(
    (line, index) => index > start && readLine(line).key?.column === 0 && /^\S/.test(line) && !line.startsWith('-'),
  );
  let end = next < 0 ? lines.length : next;
  while (end > start + 1 && (lines[end - 1] ?? '').trim() === '') end -= 1;
  return { lines: lines.slice(start + 1, end), end };
}

/** Proposals by the file they belong in, in the order in which they came. */
export function byPath<Proposal extends { readonly path: string }>(
  proposals: readonly Proposal[],
): ReadonlyMap<string, readonly Proposal[]> {
  const groups = new Map<string, Proposal[]>();
  for (const proposal of proposals) groups.set(proposal.path, [...(groups.get(proposal.path) ?? []), proposal]);
  return groups;
}
