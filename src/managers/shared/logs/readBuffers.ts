/** Larger ones are not kept. Bytes. */
const KEPT_BYTES = 256 * 1024;
const KEPT = 16;

/**
 * Buffers to read files into, used again. They lie outside V8's heap, which is in no hurry to free those that have
 * outlived a slow read: they would be most of what a flood costs.
 */
export class ReadBuffers {
  /** The smallest first. */
  #free: Buffer[] = [];

  /** A buffer of at least so many bytes, until it is given back. */
  take(bytes: number): Buffer {
    const at = this.#free.findIndex(({ length }) => length >= bytes);
    return (at < 0 ? undefined : this.#free.splice(at, 1)[0]) ?? Buffer.allocUnsafeSlow(bytes);
  }

  give(buffer: Buffer): void {
    if (buffer.length > KEPT_BYTES || this.#free.length >= KEPT) return;
    const at = this.#free.findIndex(({ length }) => length > buffer.length);
    this.#free.splice(at < 0 ? this.#free.length : at, 0, buffer);
  }

  /** Keeps none. */
  clear(): void {
    this.#free = [];
  }
}
