import { ensureDocker } from '../../../scripts/lib/docker.mjs';

/**
 * One Docker engine for all doubles of a test file, for `beforeAll`: without it, and where none answers, each double starts
 * one of its own. Does nothing where there can be none.
 */
export async function sharedDocker(): Promise<AsyncDisposable> {
  const docker = await ensureDocker();
  if (docker.socket === undefined) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const before = process.env['DEVYARD_TEST_DOCKER'];
  process.env['DEVYARD_TEST_DOCKER'] = docker.socket;
  return {
    async [Symbol.asyncDispose]() {
      if (before === undefined) delete process.env['DEVYARD_TEST_DOCKER'];
      else process.env['DEVYARD_TEST_DOCKER'] = before;
      await docker.close();
    },
  };
}
