/** The oldest code-server that knows every option Devyard passes: `--session-socket` came with 4.14.1. */
export const minimumVersion = '4.14.1';

/** Picks the version out of `code-server --version`: `4.139.1 <commit> with Code 1.139.1`, perhaps after log lines. */
export function parseVersion(output: string): string | undefined {
  return /^v?(\d+\.\d+\.\d+)(?:[-+][\w.]+)?(?:\s|$)/m.exec(output)?.[1];
}

/** Whether version `a` is older than `b`; both of the form `1.2.3`. */
export function isOlder(a: string, b: string): boolean {
  const partsB = b.split('.').map(Number);
  for (const [index, part] of a.split('.').map(Number).entries()) {
    const other = partsB[index] ?? 0;
    if (part !== other) return part < other;
  }
  return false;
}
