import { isDeepStrictEqual } from 'node:util';
import { DevyardError } from '../shared/errors.ts';
import type { ListedProject } from './api/types.ts';
import type { DokployContext } from './context.ts';
import { foreignWorkspace, servicesIn, type FoundService } from './listing.ts';
import type { ManagedWorkspace } from './managedWorkspace.ts';
import type { Workspace } from './model.ts';
import { idOfService } from './names.ts';
import type { ServerLink } from './serverLink.ts';

const nothingToWrite = async (): Promise<void> => undefined;

/** All workspaces: those that Devyard takes care of, and services that it could. */
export class Workspaces {
  readonly #context: DokployContext;
  readonly #managed = new Map<string, ManagedWorkspace>();
  readonly #foreign = new Map<string, Workspace>();

  constructor(context: DokployContext) {
    this.#context = context;
  }

  get managed(): readonly ManagedWorkspace[] {
    return [...this.#managed.values()];
  }

  /** One that Devyard takes care of, by its id. */
  find(id: string): ManagedWorkspace | undefined {
    return this.#managed.get(id);
  }

  list(): readonly Workspace[] {
    return [...this.managed.map(({ snapshot }) => snapshot), ...this.#foreign.values()];
  }

  ofServer(serverId: string): readonly ManagedWorkspace[] {
    return this.managed.filter(({ definition }) => definition.serverId === serverId);
  }

  /** Throws `not-found`, and `conflict` for a name that several have. */
  get(id: string): Workspace {
    const managed = this.#named(id);
    if (managed !== undefined) return managed.snapshot;
    const foreign = this.#foreign.get(id);
    if (foreign === undefined) throw missing(id);
    return foreign;
  }

  /** Throws as `get` does, and `wrong-state` for what Devyard does not take care of. */
  require(id: string): ManagedWorkspace {
    const managed = this.#named(id);
    if (managed !== undefined) return managed;
    const foreign = this.#foreign.get(id);
    if (foreign === undefined) throw missing(id);
    throw new DevyardError('wrong-state', `Devyard does not look after “${foreign.name}”.`, {
      hint: 'Adopt it first.',
    });
  }

  /** Throws `not-found`, and `wrong-state` for one that Devyard looks after already. */
  requireForeign(id: string): Workspace {
    const foreign = this.#foreign.get(id);
    if (foreign !== undefined) return foreign;
    const name = this.get(id).name;
    throw new DevyardError('wrong-state', `Devyard looks after “${name}” already.`, {
      hint: 'Nothing needs to be done.',
    });
  }

  add(workspace: ManagedWorkspace): void {
    this.#managed.set(workspace.id, workspace);
    this.#foreign.delete(workspace.id);
  }

  /** Nobody finds it any more. What is stored is the caller's to erase. */
  drop(id: string): void {
    this.#managed.delete(id);
  }

  /** Forgets the services of a server that Devyard does not look after. */
  async dropForeign(serverId: string): Promise<void> {
    for (const { id } of [...this.#foreign.values()].filter((one) => one.serverId === serverId)) await this.#gone(id);
  }

  /** Takes in a complete listing of a server. `trace` says of one that is not in it what became of it; undefined: not known. */
  async listed(
    server: Pick<ServerLink, 'id' | 'definition'>,
    projects: readonly ListedProject[],
    trace: (workspace: ManagedWorkspace) => Promise<'absent' | 'hidden' | undefined>,
  ): Promise<void> {
    const found = new Map(servicesIn(projects).map((service) => [keyOf(service.kind, service.id), service]));
    for (const workspace of this.ofServer(server.id)) {
      const { kind, serviceId } = workspace.definition;
      if (serviceId === null) continue;
      const service = found.get(keyOf(kind, serviceId));
      found.delete(keyOf(kind, serviceId));
      if (service === undefined) {
        const status = workspace.isMissing ? undefined : await trace(workspace);
        if (status !== undefined) await workspace.listed({ status });
      } else {
        const { status, project, environment } = service;
        await workspace.listed({ status, place: { project, environment } });
      }
    }
    await this.#foreignListed(server, [...found.values()]);
  }

  async #foreignListed(server: Pick<ServerLink, 'id' | 'definition'>, found: readonly FoundService[]): Promise<void> {
    const { clock, journal } = this.#context;
    // What is being created is on the server a moment before its id is known here.
    const created = new Set(
      this.ofServer(server.id).flatMap(({ definition }) => (definition.serviceId === null ? [definition.name] : [])),
    );
    const before = new Set(
      [...this.#foreign.values()].filter(({ serverId }) => serverId === server.id).map(({ id }) => id),
    );
    for (const service of found) {
      const id = idOfService(server.id, service.kind, service.id);
      const known = this.#foreign.get(id);
      // Adopted while the listing was under way.
      if (this.#managed.has(id) || (known === undefined && created.has(service.name))) continue;
      const workspace = foreignWorkspace(server.definition, service, known, clock.now());
      before.delete(id);
      if (isDeepStrictEqual(workspace, known)) continue;
      this.#foreign.set(id, workspace);
      await journal.observe({ type: 'dokploy.workspaceChanged', workspace }, nothingToWrite);
    }
    for (const id of before) if (this.#foreign.has(id)) await this.#gone(id);
  }

  async #gone(id: string): Promise<void> {
    this.#foreign.delete(id);
    await this.#context.journal.observe({ type: 'dokploy.workspaceRemoved', id }, nothingToWrite);
  }

  #named(id: string): ManagedWorkspace | undefined {
    const exact = this.#managed.get(id);
    if (exact !== undefined) return exact;
    const named = this.managed.filter(({ definition }) => definition.name === id);
    if (named.length > 1) {
      throw new DevyardError('conflict', `There are ${String(named.length)} workspaces named “${id}”.`, {
        field: 'id',
        hint: `Use an id: ${named.map((workspace) => workspace.id).join(', ')}`,
      });
    }
    return named[0];
  }
}

function keyOf(kind: string, id: string): string {
  return `${kind}/${id}`;
}

function missing(id: string): DevyardError {
  return new DevyardError('not-found', `There is no workspace ${id}.`, {
    field: 'id',
    hint: 'List them; one that was made elsewhere appears when its server was read.',
  });
}
