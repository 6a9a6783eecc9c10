import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { buildCli, startCliWorld, type CliWorld } from './cliWorld.ts';

interface Told {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `devyard dokploy` for the tests of a file, each with an API of its own that says what a fake tells it to. */
export class DokployCli {
  #cli: Awaited<ReturnType<typeof buildCli>> | undefined;
  #world: CliWorld | undefined;

  constructor() {
    beforeAll(async () => {
      this.#cli = await buildCli();
    });
    afterAll(() => this.#cli?.remove());
    beforeEach(async () => {
      this.#world = await startCliWorld(this.#cli?.file ?? '');
    });
    afterEach(() => this.#world?.close());
  }

  get world(): CliWorld {
    if (this.#world === undefined) throw new Error('no test has begun');
    return this.#world;
  }

  readonly run = async (...args: string[]): Promise<Told> => {
    const outcome = await this.world.run('dokploy', ...args);
    return { ...outcome, stdout: outcome.stdout.toString() };
  };

  /** Arguments of each call of that name. */
  readonly calls = (name: string): unknown[][] => this.world.dokploy.calls.filter(([call]) => call === name);

  readonly file = async (name: string, text: string): Promise<string> => {
    const at = path.join(this.world.folder, name);
    await writeFile(at, text);
    return at;
  };
}
