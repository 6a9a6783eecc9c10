import { appendFileSync, renameSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { DevyardError } from './errors.ts';

const maxBytes = 5 * 1024 * 1024;
const tailBytes = 1024 * 1024;

/**
 * The daemon's own log. Written synchronously, because its last line before a crash is the one that matters. Rotation keeps
 * the newest: the full file becomes `.1`, over the former `.1`. A full disk costs log lines, never the daemon.
 */
export class DaemonLog {
  readonly path: string;
  #bytes: number;

  constructor(path: string) {
    this.path = path;
    this.#bytes = sizeOf(path);
  }

  info(message: string): void {
    this.#write('info', message);
  }

  warn(message: string): void {
    this.#write('warn', message);
  }

  error(error: unknown): void {
    const hint = error instanceof DevyardError && error.hint !== undefined ? ` (${error.hint})` : '';
    this.#write('error', (error instanceof Error ? (error.stack ?? error.message) : String(error)) + hint);
  }

  /** The newest lines, oldest first. */
  async tail(lines: number): Promise<string[]> {
    const file = await open(this.path, 'r');
    try {
      const { size } = await file.stat();
      const length = Math.min(size, tailBytes);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('utf8').split('\n').slice(0, -1).slice(-lines);
    } finally {
      await file.close();
    }
  }

  #write(level: 'info' | 'warn' | 'error', message: string): void {
    const line = `${new Date().toISOString()} [${level}] ${message}\n`;
    try {
      if (this.#bytes > maxBytes) {
        renameSync(this.path, `${this.path}.1`);
        this.#bytes = 0;
      }
      appendFileSync(this.path, line, { mode: 0o600 });
      this.#bytes += Buffer.byteLength(line);
    } catch {
      // There is nowhere left to say it.
    }
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
