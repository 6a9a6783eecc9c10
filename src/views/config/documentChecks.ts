import type { DevboxConfigView } from '../../api/contract/config.ts';

/** Something wrong in a file of Devyard's. Lines and columns count from 1; the end is exclusive. */
export type ConfigProblem = DevboxConfigView['problems'][number];

/** Such a file, open, as an editor has it. */
export interface CheckedDocument {
  readonly uri: string;
  readonly path: string;
  text(): string;
}

export interface DocumentCheckPorts {
  /** Asks the daemon; rejects when it cannot answer. */
  check(text: string, path: string): Promise<readonly ConfigProblem[]>;
  isConnected(): boolean;
  /** Shows the problems of a document in place of those shown before; an empty list shows none. */
  show(document: CheckedDocument, problems: readonly ConfigProblem[]): void;
  clear(uri: string): void;
  log(message: string): void;
}

/** After the last keystroke. Milliseconds. */
const quietMs = 300;

interface Open {
  document: CheckedDocument;
  timer: NodeJS.Timeout | undefined;
  /** Counts the checks: an answer to any but the last one is too late. */
  asked: number;
}

/** Keeps the problems of the open documents up to date. Knows no vscode. */
export class DocumentChecks {
  readonly #ports: DocumentCheckPorts;
  readonly #open = new Map<string, Open>();

  constructor(ports: DocumentCheckPorts) {
    this.#ports = ports;
  }

  opened(document: CheckedDocument): void {
    this.closed(document.uri);
    const open: Open = { document, timer: undefined, asked: 0 };
    this.#open.set(document.uri, open);
    this.#ask(open);
  }

  changed(document: CheckedDocument): void {
    const open = this.#open.get(document.uri);
    if (open === undefined) return;
    open.document = document;
    open.asked += 1;
    clearTimeout(open.timer);
    open.timer = setTimeout(() => this.#ask(open), quietMs);
  }

  closed(uri: string): void {
    const open = this.#open.get(uri);
    if (open === undefined) return;
    this.#forget(open);
    this.#open.delete(uri);
    this.#ports.clear(uri);
  }

  /** To be called when a connection was made: what is open is checked. */
  connected(): void {
    for (const open of this.#open.values()) this.#ask(open);
  }

  dispose(): void {
    for (const uri of this.#open.keys()) this.closed(uri);
  }

  #forget(open: Open): void {
    clearTimeout(open.timer);
    open.timer = undefined;
    open.asked += 1;
  }

  #ask(open: Open): void {
    this.#forget(open);
    if (this.#ports.isConnected()) void this.#answer(open, open.asked);
  }

  async #answer(open: Open, asked: number): Promise<void> {
    const { document } = open;
    try {
      const problems = await this.#ports.check(document.text(), document.path);
      if (open.asked === asked) this.#ports.show(document, problems);
    } catch (error) {
      // What was shown before stays: nothing is known that would be better.
      this.#ports.log(
        `${document.path} could not be checked: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
