import type { CreateInput } from '../../../managers/codeServers/model.ts';
import type { CodeServers } from '../../../managers/codeServers/ports.ts';
import type { Clock } from '../../../managers/shared/clock.ts';
import { lastJobOf } from '../../../managers/shared/jobs/outcome.ts';
import type { Job } from '../../../managers/shared/jobs/types.ts';
import type { JobsPort } from '../deps.ts';
import { type LegacyServer, legacyServer } from './shapes.ts';

/** A server as it was made, with what could not be done although it was. */
export type Created = LegacyServer & { readonly warnings?: readonly string[] };

export interface Creation {
  /** Answers when folder and extensions are there. `gone` ends only the waiting. */
  create(input: CreateInput, gone: AbortSignal): Promise<Created>;
}

export function createCreation(codeServers: CodeServers, jobs: JobsPort, clock: Clock): Creation {
  return {
    async create(input, gone) {
      const { id } = await codeServers.create({ ...input, wait: true }, undefined, gone);
      const warnings = warningsOf(lastJobOf(jobs.list(), id));
      return { ...legacyServer(codeServers.get(id), clock.now()), ...(warnings.length === 0 ? {} : { warnings }) };
    },
  };
}

/** What failed of a job that went on without it. */
export function warningsOf(job: Job | undefined): readonly string[] {
  const failed = job?.items.filter(({ status }) => status === 'failed') ?? [];
  const reasons = failed.map(({ name, message }) => `${name}: ${message ?? 'it failed'}`);
  return job?.state.status === 'failed' ? [...reasons, job.state.error.message] : reasons;
}
