import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { cloneRepository, type CloneOptions, type CloneResult } from '../../../src/managers/shared/git/clone.ts';
import type { CloneProgress } from '../../../src/managers/shared/git/progress.ts';
import { currentPlatform } from '../../../src/managers/shared/processes/platform.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';

const markVariable = 'DEVYARD_TEST_MARK';

/** A person with a home of their own, their repositories, and everything that was said while they were cloned. */
export class GitWorld implements AsyncDisposable {
  readonly #temporary: Temporary;
  readonly #mark = randomUUID();
  readonly lines: string[] = [];
  readonly progress: CloneProgress[] = [];

  private constructor(temporary: Temporary) {
    this.#temporary = temporary;
  }

  static async open(): Promise<GitWorld> {
    const world = new GitWorld(await temporaryFolder('devyard-git-'));
    await Promise.all([world.home, world.repositories].map((folder) => mkdir(folder)));
    return world;
  }

  get path(): string {
    return this.#temporary.path;
  }

  get home(): string {
    return join(this.path, 'home');
  }

  get repositories(): string {
    return join(this.path, 'repositories');
  }

  /** Where clones go; it does not exist. */
  get into(): string {
    return join(this.path, 'clone');
  }

  get env(): Readonly<Record<string, string>> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.home,
      GIT_CONFIG_NOSYSTEM: '1',
      [markVariable]: this.#mark,
    };
  }

  git(cwd: string, ...args: readonly string[]): string {
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
    return execFileSync('git', [...who, ...args], { cwd, env: this.env, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  /** A bare repository with a file `hello.txt` on main, `other.txt` on the branch “side”, and incompressible `files`. */
  async repository(name: string, files = 0): Promise<string> {
    const work = join(this.repositories, `${name}.work`);
    const bare = join(this.repositories, name);
    await mkdir(work, { recursive: true });
    this.git(work, 'init', '--quiet', '--initial-branch=main');
    await writeFile(join(work, 'hello.txt'), 'hello\n');
    for (let index = 0; index < files; index += 1) {
      await writeFile(join(work, `file-${String(index)}`), randomBytes(4096));
    }
    this.git(work, 'add', '.');
    this.git(work, 'commit', '--quiet', '--message=First');
    this.git(work, 'checkout', '--quiet', '-b', 'side');
    await writeFile(join(work, 'other.txt'), 'other\n');
    this.git(work, 'add', '.');
    this.git(work, 'commit', '--quiet', '--message=Second');
    this.git(work, 'checkout', '--quiet', 'main');
    this.git(this.repositories, 'clone', '--quiet', '--bare', work, bare);
    return bare;
  }

  clone(url: string, options: Partial<CloneOptions> = {}): Promise<CloneResult> {
    return cloneRepository({
      url,
      into: this.into,
      env: this.env,
      timeoutMs: 20_000,
      onLine: (line) => this.lines.push(line),
      onProgress: (progress) => this.progress.push(progress),
      ...options,
    });
  }

  /** How many processes carry this world's mark. */
  async processes(): Promise<number> {
    return (await currentPlatform().findByEnvironment(markVariable, this.#mark)).length;
  }

  /** Fails when a process of a clone is left; the shell that watches over the group needs a moment to end. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await vi.waitFor(async () => {
        if ((await this.processes()) > 0) throw new Error('A process of a clone is left.');
      });
    } finally {
      await this.#erase();
    }
  }

  async #erase(): Promise<void> {
    await this.#temporary[Symbol.asyncDispose]();
  }
}
