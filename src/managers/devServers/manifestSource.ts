import { watchFolder } from '../shared/logs/watcher.ts';
import { DevyardError } from '../shared/errors.ts';
import { FileWatch } from '../shared/fileWatch.ts';
import { Mutex } from '../shared/mutex.ts';
import type { DevServerContext } from './context.ts';
import type { DevServerDefinition } from './model.ts';
import type { ProjectPlan } from './plan.ts';
import { readFolder, readManifest, type Reading } from './reading.ts';
import type { TrustStore } from './trust.ts';

/** What one project's manifest says now. */
export interface ManifestView {
  /** What a trust is given for; of what was read last while there is nothing to read. */
  readonly hash: string;
  readonly trusted: boolean;
  /** Undefined while the manifest cannot be used; `problem` says why. */
  readonly plan?: ProjectPlan;
  readonly problem?: string;
}

/** Where projects come from: a devyard.yaml, or a folder that a preset recognises. Read again whenever the file is saved. */
export class ManifestSource {
  /** The manifest, or the folder where there is none. */
  readonly path: string;
  readonly #context: Pick<DevServerContext, 'env' | 'home'>;
  readonly #trusts: TrustStore;
  readonly #watch: FileWatch | undefined;
  readonly #mutex = new Mutex();
  #reading: Reading;
  #trusted: boolean;

  private constructor(
    context: DevServerContext,
    trusts: TrustStore,
    path: string,
    isFile: boolean,
    onChange: () => void,
  ) {
    this.path = path;
    this.#context = context;
    this.#trusts = trusts;
    this.#reading = { hash: '', problem: 'It has not been read yet.' };
    this.#trusted = false;
    const { clock, onProblem } = context;
    this.#watch = isFile
      ? new FileWatch({
          path,
          clock,
          watch: watchFolder,
          onChange: () => void this.refresh().then((changed) => (changed ? onChange() : undefined), onProblem),
        })
      : undefined;
  }

  static async open(
    context: DevServerContext,
    trusts: TrustStore,
    place: { readonly path: string; readonly isFile: boolean },
    onChange: () => void,
  ): Promise<ManifestSource> {
    const source = new ManifestSource(context, trusts, place.path, place.isFile, onChange);
    await source.refresh();
    return source;
  }

  get hash(): string {
    return this.#reading.hash;
  }

  /** The projects it declares. Throws `invalid` with the first thing that is wrong in it. */
  get plans(): readonly ProjectPlan[] {
    return 'plans' in this.#reading ? this.#reading.plans : [];
  }

  get problem(): string | undefined {
    return 'plans' in this.#reading ? undefined : this.#reading.problem;
  }

  viewOf(pluginId: string): ManifestView {
    const { hash } = this.#reading;
    const common = { hash, trusted: this.#trusted };
    const plan = this.plans.find((one) => one.pluginId === pluginId);
    if (plan !== undefined) return { ...common, plan };
    return { ...common, problem: this.problem ?? `${this.path} does not declare “${pluginId}” any more.` };
  }

  /** Reads it anew; true when something is different. */
  refresh(): Promise<boolean> {
    return this.#mutex.run(async () => {
      // Watched before it is read: what is saved in between is seen.
      await this.#watch?.arm();
      const before = JSON.stringify([this.#reading, this.#trusted]);
      const read = this.#watch === undefined ? readFolder : readManifest;
      const reading = await read(this.path, this.#context);
      // A file that is gone, or being written, keeps the hash that it had: nobody is asked to trust nothing.
      this.#reading = reading.hash === '' ? { ...reading, hash: this.#reading.hash } : reading;
      this.#trusted = await this.#trusts.isTrusted(this.path, this.#reading.hash);
      return before !== JSON.stringify([this.#reading, this.#trusted]);
    });
  }

  close(): void {
    this.#watch?.close();
  }
}

/** What a project would be started by. Throws `invalid`, and `forbidden` for what nobody trusts. */
export function startable(
  { manifest, plan: last }: Pick<DevServerDefinition, 'manifest' | 'plan'>,
  { hash, plan, problem, trusted }: ManifestView,
): { readonly hash: string; readonly plan: ProjectPlan } {
  if (plan === undefined) {
    throw new DevyardError('invalid', problem ?? 'Its manifest cannot be used.', {
      field: 'manifest',
      hint: 'Correct the file, then start it again.',
    });
  }
  if (trusted) return { hash, plan };
  const what = manifest ?? `the preset ${last.preset ?? ''}`;
  throw new DevyardError('forbidden', `Nobody has said that what ${what} says may run.`, {
    field: 'trust',
    hint: 'Start it from a window whose workspace is trusted, run `devyard dev-server trust`, or send the manifestHash as `trust` on the local socket.',
  });
}
