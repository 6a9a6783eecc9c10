import { messageOf } from '../shared/errors.ts';
import type { CodeServerDefinition } from './model.ts';
import type { Gate } from './ports.ts';

/** The listener on one server's port, as far as that server is concerned. */
export class ServerGate {
  readonly #gate: Gate;
  readonly #socketPath: string;
  #open = false;
  #error: Error | undefined;

  constructor(gate: Gate, socketPath: string) {
    this.#gate = gate;
    this.#socketPath = socketPath;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Opens it, or tells an open one what is new. Rejects what keeps the port shut. */
  async open({ id, name, port, folder }: CodeServerDefinition): Promise<void> {
    try {
      await this.#gate.open({ id, name, port, folder, socketPath: this.#socketPath });
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(messageOf(error));
      throw error;
    }
    this.#error = undefined;
    this.#open = true;
  }

  async close(id: string): Promise<void> {
    this.#open = false;
    this.#error = undefined;
    await this.#gate.close(id);
  }

  /** Throws what keeps the port shut although the server runs; fine when it is open. */
  require(): void {
    if (this.#error !== undefined) throw this.#error;
  }
}
