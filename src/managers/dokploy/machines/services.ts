import { isDokployFailure } from '../api/failure.ts';
import type { DokployApi, ListedProject, Service, ServiceRef } from '../api/types.ts';

/** How many services are read at a time: enough to hide the way there and back, few enough for a small server. */
const atATime = 8;

/** Everything about each of them, in their order; what is gone meanwhile is left out. Rejects when one cannot be read. */
export async function readServices(
  api: DokployApi,
  refs: readonly ServiceRef[],
  signal: AbortSignal,
): Promise<readonly Service[]> {
  const found: (Service | undefined)[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < refs.length; index = next++) {
      const ref = refs[index];
      if (ref !== undefined) found[index] = await readService(api, ref, signal);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, refs.length) }, worker));
  return found.filter((service) => service !== undefined);
}

/** Undefined when it is gone. */
export async function readService(
  api: DokployApi,
  { kind, id }: ServiceRef,
  signal: AbortSignal,
): Promise<Service | undefined> {
  try {
    return await api.service({ kind, id }, { signal });
  } catch (error) {
    if (isDokployFailure(error, 'not-found')) return undefined;
    throw error;
  }
}

/** Every service of a listing. */
export function servicesOf(projects: readonly ListedProject[]): ListedProject['environments'][number]['services'] {
  return projects.flatMap(({ environments }) => environments.flatMap(({ services }) => services));
}
