/** What a terminal's tab was given, and a way to wait for it. */
export class Screen {
  text = '';
  readonly #waiting = new Set<() => void>();

  readonly write = (text: string): void => {
    this.text += text;
    for (const look of this.#waiting) look();
  };

  /** Resolves as soon as the text is there. */
  async shows(text: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!this.text.includes(text)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}
