import * as z from 'zod';
import type { ProcessRow } from './types.ts';

/** One object of the query in windows.ts. CPU times are in 100 ns, `c` is the creation date in ticks as text. */
const rowSchema = z.object({
  p: z.int().min(0),
  pp: z.int().min(0),
  c: z.string().regex(/^\d+$/).nullable(),
  k: z.number().min(0).nullable(),
  u: z.number().min(0).nullable(),
  w: z.number().min(0).nullable(),
});

/** Parses the JSON of the query in windows.ts. Throws a SyntaxError or ZodError when it is not that. */
export function parseCimRows(text: string): readonly ProcessRow[] {
  if (text.trim() === '') return [];
  const parsed: unknown = JSON.parse(text);
  // Windows PowerShell unwraps an array of one.
  const objects = z.array(rowSchema).parse(Array.isArray(parsed) ? parsed : [parsed]);
  const created = new Map(objects.map((each) => [each.p, each.c]));
  return objects
    .filter((each) => each.c !== null)
    .map((each) => ({
      pid: each.p,
      // A parent pid is kept after the parent's death and may belong to a younger stranger by now.
      ppid: isYounger(created.get(each.pp), each.c) ? 0 : each.pp,
      pgid: 0,
      startTime: each.c ?? '',
      alive: true,
      cpuSeconds: ((each.k ?? 0) + (each.u ?? 0)) / 1e7,
      rssBytes: each.w ?? 0,
    }));
}

function isYounger(parent: string | null | undefined, child: string | null): boolean {
  if (parent === undefined || parent === null || child === null) return false;
  return BigInt(parent) > BigInt(child);
}

/**
 * Splits a command line as CommandLineToArgvW does: 2n backslashes before a quote are n backslashes,
 * 2n+1 are n and a literal quote, and `""` inside quotes is a literal quote.
 */
export function splitWindowsCommandLine(line: string): readonly string[] {
  const args: string[] = [];
  let arg = '';
  let started = false;
  let quoted = false;
  let slashes = 0;
  const flush = (): void => {
    arg += '\\'.repeat(slashes);
    slashes = 0;
  };
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '\\') {
      slashes += 1;
      started = true;
    } else if (char === '"') {
      arg += '\\'.repeat(Math.floor(slashes / 2));
      const literal = slashes % 2 === 1;
      slashes = 0;
      started = true;
      if (literal) arg += '"';
      else if (quoted && line.charAt(at + 1) === '"') {
        arg += '"';
        at += 1;
      } else quoted = !quoted;
    } else if (!quoted && (char === ' ' || char === '\t')) {
      flush();
      if (started) args.push(arg);
      arg = '';
      started = false;
    } else {
      flush();
      arg += char;
      started = true;
    }
  }
  flush();
  if (started) args.push(arg);
  return args;
}
