export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** Collects what a suite elsewhere reports line by line, and passes that on to the terminal as it comes. */
export class Results {
  passed = 0;
  failed = 0;
  readonly skipped: { name: string; reason: string }[] = [];

  get total(): number {
    return this.passed + this.failed + this.skipped.length;
  }

  /**
   * Takes one message of a console: `ok NAME`, `not ok NAME` with any lines below, `skip NAME: reason` or `# remark`.
   * Anything else is an editor talking to itself and is not shown.
   */
  read(message: string): void {
    const [, kind, name = ''] = /^\s*(ok|not ok|skip|#) (.*)/.exec(message) ?? [];
    if (kind === undefined) return;
    if (kind === 'ok') this.passed++;
    else if (kind === 'not ok') this.failed++;
    else if (kind === 'skip') this.#skip(name);
    process.stdout.write(`${message}\n`);
  }

  #skip(text: string): void {
    const [name = text, reason = 'no reason given'] = text.split(/: (.*)/s);
    this.skipped.push({ name, reason });
  }

  fail(name: string, reason: string): void {
    this.read(`not ok ${name}: ${reason}`);
  }

  skip(name: string, reason: string): void {
    this.read(`skip ${name}: ${reason}`);
  }

  summary(): Summary {
    return { passed: this.passed, failed: this.failed, skipped: this.skipped };
  }
}
