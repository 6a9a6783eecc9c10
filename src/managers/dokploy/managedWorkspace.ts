import { isDeepStrictEqual } from 'node:util';
import { DevyardError } from '../shared/errors.ts';
import type { Write } from '../shared/events/journal.ts';
import { Mutex } from '../shared/mutex.ts';
import type { ServiceStatus } from './api/types.ts';
import { type DokployContext, workspaceOwner } from './context.ts';
import type { MachinePlan, MachineRef } from './machines/types.ts';
import type { ForwardView, Workspace } from './model.ts';
import { dashboardUrl } from './names.ts';
import { planSchema, type WorkspaceDefinition } from './records.ts';
import { saveWorkspace } from './repository.ts';
import { type Facts, nothingKnown, type Sight, stateOf } from './workspaceState.ts';

/** What a complete listing of its server says. */
export interface Listed {
  readonly status: NonNullable<Facts['listed']>;
  /** Where it is now, for somebody may have moved it. */
  readonly place?: Partial<Pick<WorkspaceDefinition, 'project' | 'environment'>>;
}

/** What belongs to a workspace and lives elsewhere. */
export interface Surroundings {
  readonly serverUrl: () => string;
  readonly hostKey: () => string | null;
  readonly forwards: () => readonly ForwardView[];
}

/** One workspace that Devyard takes care of: what is stored of it, and what is known of it now. */
export class ManagedWorkspace {
  readonly #context: DokployContext;
  readonly #around: Surroundings;
  /** What is learnt and what is wanted change it one after the other, for each is written as a whole. */
  readonly #mutex = new Mutex();
  #definition: WorkspaceDefinition;
  #facts: Facts = nothingKnown;
  #published: Workspace;
  /** On the monotonic clock; undefined: to be asked as soon as somebody looks. */
  #askedAt: number | undefined;
  #era = 0;
  #isForgotten = false;

  constructor(context: DokployContext, definition: WorkspaceDefinition, around: Surroundings) {
    this.#context = context;
    this.#around = around;
    this.#definition = { ...definition, state: stateOf(nothingKnown, definition.state, context.clock.now()) };
    this.#published = this.snapshot;
  }

  get definition(): WorkspaceDefinition {
    return this.#definition;
  }

  get id(): string {
    return this.#definition.id;
  }

  /** When its tasks were asked for, on the monotonic clock; undefined: they are to be asked for anew. */
  get askedAt(): number | undefined {
    return this.#askedAt;
  }

  /** Another one: what was asked before work on it began or ended is no longer about it. */
  get era(): number {
    return this.#era;
  }

  get isWorkedOn(): boolean {
    return this.#facts.work !== undefined;
  }

  /** The newest complete listing did not have it, and why is known. */
  get isMissing(): boolean {
    return this.#facts.listed === 'absent' || this.#facts.listed === 'hidden';
  }

  get snapshot(): Workspace {
    return this.#shown(this.#definition);
  }

  /** What it is made from. Throws `wrong-state` for an adopted one, `store-corrupt` for one that cannot be read. */
  plan(): MachinePlan {
    const { id, name, plan } = this.#definition;
    if (plan === null) {
      throw new DevyardError('wrong-state', `“${name}” was not made by Devyard, which cannot change it.`, {
        hint: 'Change it in Dokploy, then redeploy it.',
      });
    }
    return openPlan(this.#context, id, plan);
  }

  /** Where it is on its server. Throws `wrong-state` while there is nothing of it. */
  ref(): MachineRef {
    const { kind, serviceId, appName, target, name } = this.#definition;
    if (serviceId === null || appName === null) {
      throw new DevyardError('wrong-state', `“${name}” was not created on its server yet.`, {
        hint: 'Redeploy it: that finishes the creation.',
      });
    }
    return { kind, id: serviceId, appName, serverId: target };
  }

  /**
   * Changes what is stored, together with what `also` writes. Rejects and changes nothing when it cannot be written, and
   * `not-found` when it was forgotten meanwhile.
   */
  change(changes: Partial<WorkspaceDefinition>, also?: Write): Promise<void> {
    return this.#mutex.run(async () => {
      if (this.#isForgotten) throw goneError(this.#definition.name);
      const definition = { ...this.#definition, ...changes };
      const workspace = this.#shown(definition);
      await this.#context.journal.intend({ type: 'dokploy.workspaceChanged', workspace }, async (transaction) => {
        await saveWorkspace(definition)(transaction);
        await also?.(transaction);
      });
      this.#definition = definition;
      this.#published = workspace;
    });
  }

  /** From now on nothing of it is written or told any more. */
  forget(): void {
    this.#isForgotten = true;
  }

  /** Long work begins. */
  working(work: NonNullable<Facts['work']>): Promise<void> {
    this.#era += 1;
    return this.#learn((facts) => ({ ...facts, work, sight: undefined, sshAnswers: undefined, outcome: undefined }));
  }

  /** Long work is over. What Dokploy said of it before is old; `listed`: what it must say now. */
  worked(outcome: Facts['outcome'], listed?: ServiceStatus): Promise<void> {
    this.#era += 1;
    return this.#learn((facts) => ({ ...facts, work: undefined, listed, outcome }));
  }

  /** What a complete listing says. A status that changed makes what was known of the tasks worthless. */
  listed({ status, place = {} }: Listed): Promise<void> {
    return this.#learn((facts) => {
      const { listed: before, outcome } = facts;
      if (before === status) return facts;
      if (before === undefined) return { ...facts, listed: status };
      this.#askedAt = undefined;
      const isTold = status === 'error' && outcome?.status === 'failed';
      return { ...facts, listed: status, sight: undefined, outcome: isTold ? outcome : undefined };
    }, place);
  }

  /** What its tasks and its sshd say. */
  asked(sight: Sight, sshAnswers: boolean | undefined): Promise<void> {
    this.#askedAt = this.#context.clock.monotonic();
    const isUp = sight.status === 'running' && sshAnswers === true;
    return this.#learn((facts) => {
      const isTold = facts.outcome?.status === 'failed' && !isUp;
      return { ...facts, sight, sshAnswers, outcome: isTold ? facts.outcome : undefined };
    });
  }

  /** Whether somebody could log in; undefined: somebody could, or it is to be tried anew. */
  refused(refusal: Facts['refusal']): Promise<void> {
    return this.#learn((facts) => ({ ...facts, refusal }));
  }

  /** Publishes what changed around it: forwards, the pinned host key. */
  publish(): Promise<void> {
    return this.#learn((facts) => facts);
  }

  #shown(definition: WorkspaceDefinition): Workspace {
    const { plan: _plan, isMade: _isMade, details, user, sshPort: _sshPort, endpoint, ...rest } = definition;
    const { project, environment, kind, serviceId } = rest;
    const place = { projectId: project.id, environmentId: environment.id, kind, serviceId };
    return {
      ...rest,
      ...details,
      endpoint: endpoint === null ? null : { ...endpoint, user },
      hostKey: this.#around.hostKey(),
      forwards: this.#around.forwards(),
      dashboardUrl: dashboardUrl(this.#around.serverUrl(), place),
    };
  }

  #learn(learn: (facts: Facts) => Facts, place: Listed['place'] = {}): Promise<void> {
    return this.#mutex.run(async () => {
      if (this.#isForgotten) return;
      this.#facts = learn(this.#facts);
      const { state } = this.#definition;
      const next = stateOf(this.#facts, state, this.#context.clock.now());
      this.#definition = { ...this.#definition, ...place, state: next };
      const workspace = this.snapshot;
      if (isDeepStrictEqual(workspace, this.#published)) return;
      this.#published = workspace;
      const write = saveWorkspace(this.#definition);
      await this.#context.journal.observe({ type: 'dokploy.workspaceChanged', workspace }, write);
    });
  }
}

function goneError(name: string): DevyardError {
  return new DevyardError('not-found', `“${name}” was forgotten meanwhile.`);
}

const sealedPlan = 'plan';

export function sealPlan({ secrets }: DokployContext, id: string, plan: MachinePlan): string {
  return secrets.seal(workspaceOwner(id), sealedPlan, JSON.stringify(plan));
}

function openPlan({ secrets }: DokployContext, id: string, sealed: string): MachinePlan {
  try {
    return planSchema.parse(JSON.parse(secrets.unseal(workspaceOwner(id), sealedPlan, sealed)));
  } catch (error) {
    throw new DevyardError('store-corrupt', `What the workspace ${id} is made from cannot be read.`, {
      hint: 'It was damaged, or sealed with another key. Put the right key file back, or forget the workspace and adopt it.',
      cause: error,
    });
  }
}
