import { homedir } from 'node:os';
import { createHttp } from '../http/http.ts';
import type { DokployContext } from '../managers/dokploy/context.ts';
import { DokployManager } from '../managers/dokploy/manager.ts';
import type { Locations } from '../managers/shared/locations.ts';

type Surroundings = Omit<DokployContext, 'folder' | 'home' | 'http' | 'random'> & { readonly places: Locations };

export async function wireDokploy({ places, ...around }: Surroundings): Promise<DokployManager> {
  const manager = new DokployManager({
    ...around,
    random: Math.random,
    http: ({ certificate }) => createHttp({ certificate }),
    folder: places.ssh,
    home: homedir(),
  });
  await manager.load();
  return manager;
}
