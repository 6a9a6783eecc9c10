import { randomUUID } from 'node:crypto';
import type { DokployApi } from '../managers/dokploy/api/types.ts';
import type { MachineContext } from '../managers/dokploy/machines/types.ts';
import type { Call } from './call.ts';
import { type ConnectionOptions, connectionOptions } from './connectionOptions.ts';
import { identify, type Identity } from './identity.ts';
import { withLock } from './lock.ts';
import { type Login, waitFor } from './remote.ts';
import { withServer } from './withServer.ts';

/** A start may install the SSH server first, over a slow network; in milliseconds. */
const loginMs = 15 * 60_000;

/** What work that changes a machine is done with. */
export interface MachineWork {
  readonly connection: ConnectionOptions;
  readonly identity: Identity;
  readonly api: DokployApi;
}

/** Does work on the machine while no other process that uses this folder does. Undefined: there is no folder to agree in. */
export async function withMachine<T>(
  call: Call,
  folder: string | undefined,
  work: (tools: MachineWork) => Promise<T>,
): Promise<T> {
  const { env, clock, signal, log } = call;
  const connection = connectionOptions(env);
  const run = async (): Promise<T> => {
    const identity = await identify(env, connection.url);
    return withServer(call, connection, (api) => work({ connection, identity, api }));
  };
  if (folder === undefined) return run();
  const waiting = (): void => log.info('Another process works on this machine; waiting for it.');
  // What is known is read inside: whoever was before may have found out more.
  return withLock(folder, { clock, signal, waiting }, run);
}

/** What the work with machines needs from around it. Without `login` nobody logs in. */
export function machineContext(call: Call, { api, connection }: MachineWork, login?: Login): MachineContext {
  const { clock, signal, log } = call;
  let said = '';
  return {
    api,
    clock,
    host: connection.sshHost ?? connection.host,
    uniqueId: randomUUID,
    signal,
    step(text) {
      // A step may say more than once how far it is, which is not shown here.
      if (text !== said) log.info(`${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`);
      said = text;
    },
    log: (line) => log.info(line),
    async login(endpoint, until) {
      if (login === undefined) return;
      const place = connection.sshHost === null ? endpoint : { ...endpoint, host: connection.sshHost };
      await waitFor(place, login, { signal: until, clock, timeoutMs: loginMs, onTrouble: (words) => log.debug(words) });
    },
  };
}
