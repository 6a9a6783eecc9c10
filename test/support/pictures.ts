import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';

const root = resolve(import.meta.dirname, '../..');

/**
 * Pictures for the README, taken by the tests themselves so that they are never out of date.
 * The editor has to follow the system's colour scheme.
 */
export class Pictures {
  readonly #page: Page;
  readonly #folder = join(
    root,
    process.env['DEVYARD_UPDATE_PICTURES'] === '1' ? 'media/readme' : 'test-results/pictures',
  );

  constructor(page: Page) {
    this.#page = page;
  }

  /** Writes `<name>-dark.png` and `<name>-light.png`; the editor is left dark. */
  async take(name: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    // No blinking caret and no half-faded toast.
    const options = { animations: 'disabled', caret: 'hide' } as const;
    for (const kind of ['light', 'dark'] as const) {
      await this.#page.emulateMedia({ colorScheme: kind });
      await this.#page.locator(kind === 'dark' ? '.monaco-workbench.vs-dark' : '.monaco-workbench.vs').waitFor();
      await this.#page.screenshot({ path: join(this.#folder, `${name}-${kind}.png`), ...options });
    }
  }
}
