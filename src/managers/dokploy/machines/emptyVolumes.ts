import { startMachine } from './startMachine.ts';
import type { StartOptions } from './redeployMachine.ts';
import { shellQuoted } from './startScript.ts';
import type { MachineContext, MachineRef } from './types.ts';
import { verdictOf } from './verdict.ts';
import { type Run, runToEnd } from './remoteRun.ts';

/** A machine that was stopped has to run to have its volumes emptied; so long it may take to come up. Milliseconds. */
const startMs = 120_000;

/** Starts a machine that is stopped, so that its volumes can be emptied from inside: Dokploy removes no volume of an application. */
export async function startToEmpty(
  context: MachineContext,
  ref: MachineRef,
  options: StartOptions = {},
): Promise<void> {
  if (verdictOf(await context.api.tasks(ref, { signal: context.signal })).status !== 'stopped') return;
  context.step('starting it to empty its volumes', 0.1);
  const limit = AbortSignal.timeout(startMs);
  await startMachine({ ...context, signal: AbortSignal.any([context.signal, limit]) }, ref, options);
}

/** As `empty` takes it: the path, and how proc(5) spells it in mountinfo. */
function emptying(path: string): string {
  const spelt = path
    .replace(/(?<=.)\/+$/, '')
    .replace(/[\\ \t\n]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `empty ${shellQuoted(path)} ${shellQuoted(spelt)}`;
}

/**
 * Empties what is mounted at `paths`, and at `besides` where one may: what is of no use to a machine that is no more.
 *
 * From the inside, and only where something is mounted: a folder of the image, or of a machine that is no container, is nobody's
 * volume. Nothing of what is mounted below a volume is touched; `-delete` is not in every find.
 */
export async function emptyVolumes(
  run: Run,
  { paths, besides }: { readonly paths: readonly string[]; readonly besides: readonly string[] },
): Promise<void> {
  const script = [
    'root=; if [ "$(id -u)" != 0 ]; then for way in "sudo -n" doas; do if $way true 2>/dev/null; then root=$way; fi; done; fi',
    'mounted() { while read -r _ _ _ _ place _; do [ "$place" = "$1" ] && return; done </proc/self/mountinfo; return 1; }',
    'empty() {',
    '  if ! mounted "$2"; then echo "No volume is mounted at $1." >&2; return 1; fi',
    '  $root find "$1" -xdev -mindepth 1 ! -type d -exec rm -f {} + || return',
    '  $root find "$1" -xdev -depth -mindepth 1 -type d -exec rmdir {} + 2>/dev/null',
    '  return 0',
    '}',
    ...besides.map((path) => `${emptying(path)} 2>/dev/null`),
    ...paths.map((path) => `${emptying(path)} || exit`),
    'exit 0',
  ];
  await runToEnd(run, script.join('\n'), 'Emptying the volumes');
}
