import { stripVTControlCharacters } from 'node:util';

/** A line that is longer is shown in pieces. Characters. */
const longestLine = 32_000;

/**
 * Makes lines for an output channel of what a log says in pieces: without colours, and of a line that was written over again
 * and again, such as a progress bar, what it said last.
 */
export class LogLines {
  readonly #decoder = new TextDecoder();
  #rest = '';

  /** The lines that are complete now. */
  push(piece: Uint8Array): string {
    const text = this.#rest + this.#decoder.decode(piece, { stream: true });
    const end = text.lastIndexOf('\n') + 1;
    this.#rest = text.slice(end);
    const long = this.#rest.length > longestLine ? this.end() : '';
    return cleaned(text.slice(0, end)) + long;
  }

  /** What is left, as a line. */
  end(): string {
    const line = this.#rest;
    this.#rest = '';
    return line === '' ? '' : `${cleaned(line)}\n`;
  }
}

function cleaned(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\r+\n/g, '\n')
    .replaceAll(/^[^\n]*\r(?=[^\r\n])/gm, '')
    .replaceAll('\r', '');
}
