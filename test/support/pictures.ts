import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';

const root = resolve(import.meta.dirname, '../..');

/** A part of the page in CSS pixels. */
export interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

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

  /**
   * Writes `<name>-dark.png` and `<name>-light.png`, of the whole page or of `clip`; the editor is left dark.
   * `prepare` brings up what a change of colours takes away.
   */
  async take(name: string, clip?: Clip, prepare?: () => Promise<unknown>): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    // No blinking caret and no half-faded toast.
    const options = { animations: 'disabled', caret: 'hide', ...(clip === undefined ? {} : { clip }) } as const;
    for (const kind of ['light', 'dark'] as const) {
      await this.#page.emulateMedia({ colorScheme: kind });
      for (const workbench of await this.#workbenches()) {
        await workbench.locator(kind === 'dark' ? '.monaco-workbench.vs-dark' : '.monaco-workbench.vs').waitFor();
      }
      await prepare?.();
      await this.#page.screenshot({ path: join(this.#folder, `${name}-${kind}.png`), ...options });
    }
  }

  /** The editor, and one that it shows beside. */
  async #workbenches(): Promise<ReturnType<Page['frames']>> {
    const frames = this.#page.frames();
    const counts = await Promise.all(frames.map((frame) => frame.locator('.monaco-workbench').count()));
    return frames.filter((_, index) => counts[index] === 1);
  }
}
