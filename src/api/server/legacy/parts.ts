import * as z from 'zod';
import type { CodeServers } from '../../../managers/codeServers/ports.ts';
import type { Clock } from '../../../managers/shared/clock.ts';
import { DevyardError } from '../../../managers/shared/errors.ts';
import type { ConfigPort, JobsPort, UploadsPort } from '../deps.ts';
import type { Creation } from './creation.ts';

/** What the original's routes are built from. */
export interface LegacyParts {
  readonly codeServers: CodeServers;
  readonly jobs: JobsPort;
  readonly config: ConfigPort;
  readonly uploads: UploadsPort;
  readonly creation: Creation;
  readonly clock: Clock;
}

export function schema(summary: string): { summary: string; tags: string[] } {
  return { summary, tags: ['original paths'] };
}

/** These paths answer 404, not 422, to what cannot be an id. */
export function knownId(id: string): string {
  if (z.uuid().safeParse(id).success) return id;
  throw new DevyardError('not-found', `There is no server "${id}".`, { hint: 'GET /servers lists them all.' });
}
