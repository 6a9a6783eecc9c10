/** What has been understood of a server's first words (RFC 4253, 4.2). */
export type Identification =
  | { readonly status: 'incomplete' }
  /** `line` without its end, `raw` the same with it and everything after it. */
  | { readonly status: 'found'; readonly line: string; readonly raw: Buffer }
  /** This is no server that speaks SSH 2. `said`: what it said, as far as it tells anything. */
  | { readonly status: 'foreign'; readonly said: string };

/** As in OpenSSH; RFC 4253 allows 255 bytes. */
const longestLine = 8192;
/** A server may say something before it identifies itself, for people with telnet. A flood is nothing of that kind. */
const mostBytes = 64 * 1024;

const newline = 0x0a;
const versionTwo = /^SSH-(?:2\.0|1\.99)-[^\s-][^\s]*(?: .*)?$/;

/** Reads up to the identification line in whatever pieces it comes, and keeps at most 64 KiB. */
export class IdentificationReader {
  #kept: Buffer = Buffer.alloc(0);
  #lineStart = 0;
  #searched = 0;

  /** What it said so far, in the first line that is not blank. */
  get said(): string {
    return (
      this.#kept
        .toString('latin1')
        .split('\n')
        .map((line) => line.trim())
        .find((line) => line !== '') ?? ''
    );
  }

  push(chunk: Buffer): Identification {
    this.#kept = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    for (;;) {
      const end = this.#kept.indexOf(newline, this.#searched);
      const upTo = end === -1 ? this.#kept.length : end;
      if (upTo - this.#lineStart > longestLine || upTo > mostBytes) return this.#foreign();
      if (end === -1) {
        this.#searched = this.#kept.length;
        return { status: 'incomplete' };
      }
      const line = this.#kept.toString('latin1', this.#lineStart, end).replace(/\r$/, '');
      if (line.startsWith('SSH-')) return versionTwo.test(line) ? this.#found(line) : this.#foreign(line);
      this.#lineStart = end + 1;
      this.#searched = end + 1;
    }
  }

  #found(line: string): Identification {
    return { status: 'found', line, raw: this.#kept.subarray(this.#lineStart) };
  }

  #foreign(said = this.said): Identification {
    return { status: 'foreign', said };
  }
}
