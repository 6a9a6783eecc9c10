import { writeSync } from 'node:fs';
import { errnoOf } from '../../shared/errors.ts';

/**
 * Writes output to the run's log, which is a file: at once, so that nothing is lost when the holder is killed. Where nothing
 * can be written (a full disk) the program goes on, and the log says later how much is missing.
 */
export class LogFile {
  readonly #descriptor: number;
  #missing = 0;
  #fault = '';

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(piece: Buffer): void {
    if (this.#missing > 0) {
      const gap = `\r\n[${String(this.#missing)} bytes could not be written: ${this.#fault}]\r\n`;
      if (this.#put(Buffer.from(gap)) === 0) {
        this.#missing += piece.length;
        return;
      }
      this.#missing = 0;
    }
    this.#missing += piece.length - this.#put(piece);
  }

  /** How many bytes were written. */
  #put(bytes: Buffer): number {
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(this.#descriptor, bytes, done);
    } catch (error) {
      this.#fault = errnoOf(error) ?? 'unknown';
    }
    return done;
  }
}
