import type { Write } from '../shared/events/journal.ts';
import type { DevServerContext } from './context.ts';
import type { DevServer, DevServerDefinition, DevServerEvent } from './model.ts';
import { eraseDevServer, saveDevServer } from './repository.ts';

const noWrite: Write = async () => undefined;

/** What is stored of a project, and what was told of it last. */
export class ProjectRecord {
  readonly #context: Pick<DevServerContext, 'journal' | 'onProblem' | 'sealed'>;
  readonly #snapshot: () => DevServer;
  #definition: DevServerDefinition;
  #told = '';
  #closed = false;

  constructor(
    context: Pick<DevServerContext, 'journal' | 'onProblem' | 'sealed'>,
    definition: DevServerDefinition,
    snapshot: () => DevServer,
  ) {
    this.#context = context;
    this.#definition = definition;
    this.#snapshot = snapshot;
  }

  get definition(): DevServerDefinition {
    return this.#definition;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Holds from now on, and is stored with what comes next: nobody misses it who reads the manifest again. */
  replace(definition: DevServerDefinition): void {
    this.#definition = definition;
  }

  /** Stores a change. Rejects, and nothing has changed, where something is wanted that cannot be written. */
  async save(change: Partial<DevServerDefinition>): Promise<void> {
    // What was erased does not come back.
    if (this.#closed) return;
    const before = this.#definition;
    const definition = { ...before, ...change };
    this.#definition = definition;
    const { journal, sealed } = this.#context;
    try {
      const event = { type: 'plugin/devserver/status', ...this.#snapshot() } as const;
      const write = saveDevServer(definition, sealed);
      // A stop is a fact; a start is an intention, and does not happen when it cannot be written.
      if (definition.wanted) await journal.intend(event, write);
      else await journal.observe(event, write);
    } catch (error) {
      if (this.#definition === definition) this.#definition = before;
      throw error;
    }
  }

  /** Tells what is different from what was told last. `ports`: what its processes have now. */
  publish(ports: Readonly<Record<string, number>>): void {
    if (this.#closed) return;
    const snapshot = this.#snapshot();
    const text = JSON.stringify(snapshot);
    if (text === this.#told) return;
    this.#told = text;
    const moved = Object.entries(ports).some(([name, port]) => this.#definition.ports[name] !== port);
    if (moved) this.#definition = { ...this.#definition, ports: { ...this.#definition.ports, ...ports } };
    const write = moved ? saveDevServer(this.#definition, this.#context.sealed) : noWrite;
    this.tell({ type: 'plugin/devserver/status', ...snapshot }, write);
  }

  tell(event: DevServerEvent, write: Write = noWrite): void {
    void this.#context.journal.observe(event, write).catch(this.#context.onProblem);
  }

  async erase(): Promise<void> {
    const { id } = this.#definition;
    await this.#context.journal.observe({ type: 'devServer.deleted', id }, eraseDevServer(id));
    this.close();
  }

  /** Nothing is told any more. */
  close(): void {
    this.#closed = true;
  }
}
