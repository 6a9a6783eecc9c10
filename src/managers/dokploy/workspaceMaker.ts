import { isDeepStrictEqual } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { DevyardError } from '../shared/errors.ts';
import { rememberKey, resourceOfKey } from '../shared/idempotency.ts';
import { Mutex } from '../shared/mutex.ts';
import type { Connections } from './connections.ts';
import type { DokployContext } from './context.ts';
import { detailsOfService } from './serviceDetails.ts';
import { jobOf } from './jobKinds.ts';
import { endpointOf } from './machines/endpoint.ts';
import { makeEd25519Key } from './ssh/keys.ts';
import { ManagedWorkspace, sealPlan } from './managedWorkspace.ts';
import type { Adoption, NewWorkspace, Workspace } from './model.ts';
import { sshAliasOf } from './names.ts';
import type { WorkspaceDefinition } from './records.ts';
import { readWorkspaces, saveWorkspace } from './repository.ts';
import type { Servers } from './servers.ts';
import { defaultProject, detailsOf, planOf, repositoryOf } from './workspacePlan.ts';
import type { Workspaces } from './workspaces.ts';

interface MakerPorts {
  readonly connections: Connections;
  readonly servers: Servers;
  readonly workspaces: Workspaces;
}

/** Makes workspaces, takes care of what is there, and reads what was stored: one after the other. */
export class WorkspaceMaker {
  readonly #context: DokployContext;
  readonly #ports: MakerPorts;
  readonly #mutex = new Mutex();

  constructor(context: DokployContext, ports: MakerPorts) {
    this.#context = context;
    this.#ports = ports;
  }

  /** Does something during which no workspace may come to be. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#mutex.run(work);
  }

  async load(): Promise<void> {
    for (const definition of await readWorkspaces(this.#context)) this.#ports.workspaces.add(this.#open(definition));
  }

  /** Stored with its job before anything is asked of the server. */
  create(input: NewWorkspace, idempotencyKey?: string): Promise<Workspace> {
    return this.#mutex.run(async () => {
      const { clock, database, hostId, jobs, journal } = this.#context;
      const { connections, servers, workspaces } = this.#ports;
      const existing = idempotencyKey === undefined ? undefined : await resourceOfKey(database, idempotencyKey);
      if (existing !== undefined) return workspaces.get(existing);
      servers.get(input.serverId);
      this.#unusedName(input);
      const id = uuidv7();
      const repository = repositoryOf(input);
      const key = await makeEd25519Key();
      // Refused before anything of it is kept.
      const plan = planOf(id, input, key.publicKey);
      const sshAlias = await this.#alias(input.name);
      await connections.takeKey(id, key.privateKey);
      const { projects } = servers.get(input.serverId).snapshot;
      const definition: WorkspaceDefinition = {
        id,
        hostId,
        serverId: input.serverId,
        createdAt: clock.now(),
        name: input.name,
        managed: 'created',
        kind: plan.kind,
        serviceId: null,
        appName: null,
        project: placeOf(input.project, defaultProject, projects),
        environment: placeOf(
          input.environment,
          'production',
          projects.flatMap(({ environments }) => environments),
        ),
        target: input.target,
        plan: sealPlan(this.#context, id, plan),
        isMade: false,
        user: input.user,
        sshPort: 22,
        endpoint: null,
        publicKey: key.publicKey,
        sshAlias,
        repository,
        forwardAgent: input.forwardAgent,
        details: detailsOf(plan, []),
        state: { status: 'deploying', since: clock.now(), step: 'creating' },
      };
      const workspace = this.#open(definition);
      const work = jobs.prepare(jobOf('create', definition));
      try {
        const event = { type: 'dokploy.workspaceChanged', workspace: workspace.snapshot } as const;
        await journal.intend(event, async (transaction) => {
          await saveWorkspace(definition)(transaction);
          await work.write(transaction);
          if (idempotencyKey !== undefined) await rememberKey(idempotencyKey, id, clock.now())(transaction);
        });
      } catch (error) {
        await connections.forget(workspace);
        throw error;
      }
      workspaces.add(workspace);
      work.launch();
      return workspace.snapshot;
    });
  }

  adopt(id: string, { user, privateKey, sshPort = 22 }: Adoption): Promise<Workspace> {
    return this.#mutex.run(async () => {
      const { clock, journal } = this.#context;
      const { connections, servers, workspaces } = this.#ports;
      const found = workspaces.requireForeign(id);
      const { serverId, serviceId, kind, name, project, environment } = found;
      if (serviceId === null) throw new DevyardError('internal', `The service ${id} has no id in Dokploy.`);
      const server = servers.get(serverId);
      const service = await (await server.api()).service({ kind, id: serviceId });
      const sshAlias = await this.#alias(name);
      const publicKey = await connections.takeKey(found.id, privateKey ?? (await makeEd25519Key()).privateKey);
      const definition: WorkspaceDefinition = {
        id: found.id,
        hostId: found.hostId,
        serverId,
        createdAt: clock.now(),
        name,
        managed: 'adopted',
        kind,
        serviceId,
        appName: service.appName,
        project,
        environment,
        target: service.serverId,
        plan: null,
        isMade: true,
        user,
        sshPort,
        endpoint: endpointOf(service, server.host, sshPort) ?? null,
        publicKey,
        sshAlias,
        repository: null,
        forwardAgent: false,
        details: detailsOfService(service),
        state: { status: 'unverified', reason: 'It was just adopted.' },
      };
      const workspace = this.#open(definition);
      try {
        const event = { type: 'dokploy.workspaceChanged', workspace: workspace.snapshot } as const;
        await journal.intend(event, saveWorkspace(definition));
      } catch (error) {
        await connections.forget(workspace);
        throw error;
      }
      workspaces.add(workspace);
      await connections.writeConfig();
      return workspace.snapshot;
    });
  }

  /** Reads where SSH is, and what is set, from Dokploy. Not while it is worked on, which reads and sets it itself. */
  async readDetails(workspace: ManagedWorkspace): Promise<void> {
    const { serverId, serviceId, kind, sshPort, plan, details, endpoint } = workspace.definition;
    const { era, isWorkedOn } = workspace;
    if (serviceId === null || isWorkedOn) return;
    const server = this.#ports.servers.get(serverId);
    const service = await (await server.api()).service({ kind, id: serviceId });
    const isPlaceKnown = service.serverId === null || service.serverAddress !== null;
    const now = isPlaceKnown ? (endpointOf(service, server.host, sshPort) ?? null) : endpoint;
    const read = detailsOfService(service);
    const next = plan === null ? read : { ...details, domains: read.domains };
    const isMoved = !isDeepStrictEqual(now, endpoint);
    if (era !== workspace.era || (!isMoved && isDeepStrictEqual(next, details))) return;
    await workspace.change({ endpoint: now, details: next });
    if (isMoved) await this.#ports.connections.writeConfig();
  }

  #open(definition: WorkspaceDefinition): ManagedWorkspace {
    const { connections, servers } = this.#ports;
    return new ManagedWorkspace(this.#context, definition, {
      serverUrl: () => servers.get(definition.serverId).definition.url,
      hostKey: () => connections.hostKey(definition.id),
      forwards: () => connections.forwardsOf(definition.id),
    });
  }

  #unusedName({ serverId, name }: NewWorkspace): void {
    const same = this.#ports.workspaces.ofServer(serverId).find(({ definition }) => definition.name === name);
    if (same === undefined) return;
    throw new DevyardError('conflict', `There is a workspace named “${name}” on this server already.`, {
      field: 'name',
      hint: 'Choose another name.',
    });
  }

  async #alias(name: string): Promise<string> {
    const { connections, workspaces } = this.#ports;
    const alias = sshAliasOf(name, new Set(workspaces.managed.map(({ definition }) => definition.sshAlias)));
    await connections.freeAlias(alias);
    return alias;
  }
}

type Named = { readonly id: string; readonly name: string };

/** How a project or environment is shown until the server has said. */
function placeOf(
  wanted: NewWorkspace['project'],
  fallback: string,
  known: readonly Named[],
): WorkspaceDefinition['project'] {
  if (wanted === undefined) return { id: null, name: fallback };
  if ('name' in wanted) return { id: null, name: wanted.name };
  return { id: wanted.id, name: known.find(({ id }) => id === wanted.id)?.name ?? wanted.id };
}
