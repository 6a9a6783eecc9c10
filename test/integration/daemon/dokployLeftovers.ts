import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DokployYard } from './dokployYard.ts';

type Names = readonly string[];
const none: Names = [];
export const nothing = {
  workspaces: none,
  applications: none,
  services: none,
  keys: none,
  hosts: none,
  hostKeys: none,
};

/** What there is of workspaces, here and on the server: `nothing` when each was deleted as it should be. */
export async function leftoversOf(yard: DokployYard): Promise<typeof nothing> {
  const { dokploy, client } = yard;
  const ssh = join(yard.yard.dataDir, 'ssh');
  // Written when there is something to write.
  const read = (name: string): Promise<string> => readFile(join(ssh, name), 'utf8').catch(() => '');
  return {
    workspaces: (await client.call('dokploy.list', { query: { refresh: 'true' } })).map(({ name }) => name),
    applications: (await applicationsOf(yard)).map(({ name }) => name),
    services: [...dokploy.services(), ...dokploy.orphans()],
    keys: await readdir(join(ssh, 'keys')),
    hosts: (await read('config')).match(/^Host .*$/gm) ?? [],
    hostKeys: (await read('known_hosts')).match(/^.*ssh-.*$/gm) ?? [],
  };
}

export interface Application {
  readonly name: string;
  readonly project: string;
  /** How often. */
  readonly deployed: number;
}

/** The applications on the server, by its own rows. */
export async function applicationsOf(yard: DokployYard): Promise<readonly Application[]> {
  const projects = (await yard.past('project.all', {})) as {
    name: string;
    environments: { applications: { name: string; applicationId: string }[] }[];
  }[];
  const found = projects.flatMap(({ name: project, environments }) =>
    environments.flatMap(({ applications }) => applications.map((application) => ({ ...application, project }))),
  );
  return Promise.all(
    found.map(async ({ name, applicationId, project }) => {
      const deployments = (await yard.past('deployment.all', { applicationId })) as unknown[];
      return { name, project, deployed: deployments.length };
    }),
  );
}

/** How many projects of that name there are. */
export async function projectsNamed(yard: DokployYard, wanted: string): Promise<number> {
  const projects = (await yard.past('project.all', {})) as { name: string }[];
  return projects.filter(({ name }) => name === wanted).length;
}
