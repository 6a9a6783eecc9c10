import type { ConfigPort, JobsPort, UploadsPort } from '../../../src/api/server/deps.ts';
import { builtInConfig, parseDevboxYaml } from '../../../src/managers/codeServers/config/parse.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import type { Job } from '../../../src/managers/shared/jobs/types.ts';

export function job(changes: Partial<Job> = {}): Job {
  return {
    id: '01890000-0000-7000-8000-0000000000aa',
    hostId: 'host-1',
    kind: 'codeServer.installExtensions',
    resourceId: '01890000-0000-7000-8000-000000000001',
    title: 'Install an extension',
    createdAt: 1_700_000_000_000,
    items: [],
    state: { status: 'succeeded', at: 1_700_000_001_000 },
    ...changes,
  };
}

/** Jobs that have ended as soon as they are asked for. */
export class FakeJobs implements JobsPort {
  readonly jobs = new Map<string, Job>();
  readonly cancelled: string[] = [];

  add(one: Job): Job {
    this.jobs.set(one.id, one);
    return one;
  }
  list(): readonly Job[] {
    return [...this.jobs.values()];
  }
  get(id: string): Job {
    const found = this.jobs.get(id);
    if (found === undefined) throw new DevyardError('not-found', 'No such job.');
    return found;
  }
  async cancel(id: string): Promise<Job> {
    this.cancelled.push(id);
    return this.get(id);
  }
  async ended(id: string): Promise<Job> {
    return this.get(id);
  }
}

export const fakeConfig: ConfigPort = {
  get: async () => ({ ...builtInConfig.config, path: null, problems: [] }),
  check(text) {
    const parsed = parseDevboxYaml(text);
    return parsed.ok ? [] : parsed.problems;
  },
};

export function fakeUploads(dir: string): UploadsPort {
  return { dir, limits: async () => ({ maxBytes: 100_000, types: ['.zip', '.tar.gz'] }) };
}
