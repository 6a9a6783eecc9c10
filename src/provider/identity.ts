import { type Hint, readHint } from './hint.ts';
import { type MachineEnvironment, machineEnvironment, markerOf } from './machineEnvironment.ts';
import { ownerOf } from './owner.ts';
import type { Environment } from './readers.ts';

/** Which machine it is, and what is known of it. */
export interface Identity {
  readonly machine: MachineEnvironment;
  readonly marker: string;
  readonly hint: Hint | undefined;
}

/** `url` is that of the Dokploy server. Throws `invalid` and names the variable. */
export async function identify(env: Environment, url: string): Promise<Identity> {
  const machine = machineEnvironment(env);
  const found = await readHint(machine.folder, url);
  const plain = markerOf(machine, undefined);
  // A folder that was copied from another machine tells of that one.
  const hint = found !== undefined && `${found.marker}@`.startsWith(`${plain}@`) ? found : undefined;
  return { machine, hint, marker: hint?.marker ?? markerOf(machine, await ownerOf(env)) };
}
