import { messageOf } from './errors.ts';

export type Dispose = () => void;

/** A typed event source without vscode: a listener that throws never hurts the others or the sender. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();
  readonly #onError: (message: string) => void;

  constructor(onError: (message: string) => void = () => undefined) {
    this.#onError = onError;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Subscribes; the returned function ends the subscription. */
  readonly on = (listener: (value: T) => void): Dispose => {
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  };

  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.#onError(messageOf(error));
      }
    }
  }
}
