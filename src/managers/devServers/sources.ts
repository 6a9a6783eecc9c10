import type { DevServerContext } from './context.ts';
import { ManifestSource } from './manifestSource.ts';
import type { DevServerDefinition } from './model.ts';
import { isSamePlace, type Place } from './place.ts';
import type { TrustStore } from './trust.ts';

/** Every manifest, and every folder without one, that a project is from: each is read and watched once. */
export class ManifestSources {
  readonly #context: DevServerContext;
  readonly #trusts: TrustStore;
  readonly #onChange: (source: ManifestSource) => void;
  /** By the manifest's path, or the folder's. */
  readonly #opened = new Map<string, ManifestSource>();

  constructor(context: DevServerContext, trusts: TrustStore, onChange: (source: ManifestSource) => void) {
    this.#context = context;
    this.#trusts = trusts;
    this.#onChange = onChange;
  }

  get all(): readonly ManifestSource[] {
    return [...this.#opened.values()];
  }

  /** The same place by the name that it was added by first: a link to it is no other project. */
  async known(place: Place): Promise<Place> {
    for (const path of this.#opened.keys()) {
      if (await isSamePlace(path, place.path)) return { ...place, path };
    }
    return place;
  }

  of({ folder, manifest }: Pick<DevServerDefinition, 'folder' | 'manifest'>): Promise<ManifestSource> {
    return this.open(manifest === null ? { path: folder, isFile: false } : { path: manifest, isFile: true });
  }

  async open(place: Place): Promise<ManifestSource> {
    const known = this.#opened.get(place.path);
    if (known !== undefined) return known;
    const opened = await ManifestSource.open(this.#context, this.#trusts, place, () => this.#onChange(opened));
    const other = this.#opened.get(place.path);
    if (other !== undefined) {
      opened.close();
      return other;
    }
    this.#opened.set(place.path, opened);
    return opened;
  }

  close(source: ManifestSource): void {
    source.close();
    this.#opened.delete(source.path);
  }
}
