import type { DokployApi, ListedProject, ListedService, Service } from '../api/types.ts';
import { hasMarker } from './plan.ts';
import { readServices, servicesOf } from './services.ts';
import type { MachinePlan } from './types.ts';

/**
 * The machine with this marker, wherever on the server it is and whatever it is called; undefined only after everything was
 * listed and read. Rejects otherwise. One call of `service` where it still has its name.
 */
export async function findMachine(
  api: DokployApi,
  wanted: Pick<MachinePlan, 'marker' | 'name'>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Service | undefined> {
  const [first] = await machinesIn(api, await api.projects({ signal }), wanted, signal);
  return first;
}

/** All with this marker, the one that counts first: one that was deployed before one that was not, then the lowest id. */
export async function machinesIn(
  api: DokployApi,
  projects: readonly ListedProject[],
  { marker, name }: Pick<MachinePlan, 'marker' | 'name'>,
  signal: AbortSignal,
): Promise<readonly Service[]> {
  const all = servicesOf(projects);
  const among = async (services: readonly ListedService[]): Promise<readonly Service[]> => {
    const read = await readServices(api, services, signal);
    return read.filter(({ description }) => hasMarker(description, marker)).toSorted(byWeight);
  };
  const named = await among(all.filter((service) => service.name === name));
  // Somebody may have given it another name in Dokploy, which makes it no other machine.
  return named.length > 0 ? named : among(all.filter((service) => service.name !== name));
}

function byWeight(a: Service, b: Service): number {
  const deployed = Number(wasDeployed(b)) - Number(wasDeployed(a));
  if (deployed !== 0) return deployed;
  return a.id < b.id ? -1 : 1;
}

/** Whether it ever was, or is being. */
export function wasDeployed({ deployments, status }: Service): boolean {
  return deployments.length > 0 || status !== 'idle';
}
