import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { endProcess } from '../../endProcess.ts';

/** Ends a process and all its descendants. Sessions of an sshd are in process groups of their own, so a group does not do. */
export function endTree(pid: number): void {
  // A stopped process forks no more, so at some round nobody new is found.
  const known = new Set<number>();
  for (;;) {
    const fresh = tree(pid).filter((one) => !known.has(one));
    if (fresh.length === 0) break;
    for (const one of fresh) {
      known.add(one);
      stopProcess(one);
    }
  }
  for (const one of known) endProcess(one);
}

function stopProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGSTOP');
  } catch {
    // It has ended by itself.
  }
}

/** Children of a process that run the program of that name. */
export const childrenOf = (pid: number, program: string): number[] =>
  [...processes()].filter(([, one]) => one.parent === pid && one.program === program).map(([child]) => child);

/** The process and its descendants as they are now, the eldest first. */
function tree(root: number): number[] {
  if (!existsSync('/proc')) return [root];
  const all = processes();
  if (!all.has(root)) return [];
  const found = [root];
  for (const one of found) for (const [child, { parent }] of all) if (parent === one) found.push(child);
  return found;
}

/** All that run, by proc(5). */
function processes(): Map<number, { readonly parent: number; readonly program: string }> {
  const all = new Map<number, { parent: number; program: string }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const end = stat.lastIndexOf(')');
      const [state = '', parent = ''] = stat.slice(end + 2).split(' ');
      const program = stat.slice(stat.indexOf('(') + 1, end);
      if (state !== 'Z') all.set(Number(name), { parent: Number(parent), program });
    } catch {
      // It ended while the list was read.
    }
  }
  return all;
}
