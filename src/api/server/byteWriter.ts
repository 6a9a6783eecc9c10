/** More than this is not kept for the next message. Bytes. */
const KEPT_BYTES = 512 * 1024;
const FIRST_BYTES = 4096;

/**
 * Puts one message after another into the same memory. What waits for a slow reader would otherwise grow old in V8's heap:
 * of a flood read by ten, hundreds of megabytes of garbage.
 */
export class ByteWriter {
  #bytes = Buffer.alloc(0);
  #length = 0;

  /** Begins a message; the bytes of the one before are valid no more. */
  begin(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.alloc(0);
  }

  /** What was added since `begin`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Adds text as UTF-8. */
  addText(text: string): void {
    const at = this.#reserve(Buffer.byteLength(text));
    this.#bytes.write(text, at);
  }

  #reserve(size: number): number {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      let wide = FIRST_BYTES;
      while (wide < this.#length) wide *= 2;
      const wider = Buffer.allocUnsafeSlow(wide);
      this.#bytes.copy(wider, 0, 0, at);
      this.#bytes = wider;
    }
    return at;
  }
}
