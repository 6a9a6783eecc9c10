import { afterAll } from 'vitest';
import type { Locator } from 'playwright-core';
import { Pictures } from '../support/pictures.ts';
import { Workbench } from '../support/workbench.ts';
import type { Desk } from './desk.ts';
import { type DokployYard, openYard } from './dokployYard.ts';
import { tellStory } from './story.ts';

/** How long what is looked at again and again may take on a busy machine. */
export const patience = { timeout: 60_000 };
/** Where the workspace serves a page. */
export const sitePort = 3471;
/** The item in the status bar. */
export const statusItem = 'devyard.devyard.dokploy';

type Kind = 'Dokploy server' | 'workspace' | 'service' | 'project';

/** A window on the view *Dokploy*, with what a person sees there, and the server behind it. */
export class DokployRoom {
  readonly desk: Desk;
  readonly yard: DokployYard;
  readonly window: Workbench;
  readonly pictures: Pictures;

  private constructor(desk: Desk, yard: DokployYard, window: Workbench) {
    this.desk = desk;
    this.yard = yard;
    this.window = window;
    this.pictures = new Pictures(window.page);
  }

  static async open(desk: Desk, yard: DokployYard): Promise<DokployRoom> {
    await desk.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const window = new Workbench(await desk.context.newPage());
    window.page.setDefaultTimeout(patience.timeout);
    // A workbench that is only being drawn may miss that its window became smaller.
    await window.page.setViewportSize({ width: 1100, height: 700 });
    await window.open(desk.origin, desk.workspace);
    await window.clickContainer('Devyard');
    for (const name of ['Code Servers', 'Dev Servers']) {
      await window.page.getByRole('button', { name: `${name} Section` }).click();
    }
    await window.widenSidebar(150);
    return new DokployRoom(desk, yard, window);
  }

  /** A row by how it is read out: `api-box, workspace, running, node1, :2222`. */
  row(name: string, kind: Kind, status = ''): Locator {
    return this.window.treeItem(new RegExp(`^${name}, ${kind}.*${status}`));
  }

  box(status = '', name = 'api-box'): Locator {
    return this.row(name, 'workspace', status);
  }

  forwarded(): Locator {
    return this.window.treeItem(new RegExp(`^Port ${String(sitePort)} of the workspace at port \\d+`));
  }

  modal(): Locator {
    return this.window.page.locator('.monaco-dialog-box');
  }

  /** A line of an open list. */
  line(label: string | RegExp): Locator {
    return this.window.page.locator('.quick-input-list').getByRole('option', { name: label });
  }

  /** What the open terminal shows. */
  screen(): Locator {
    return this.window.page.locator('.terminal-wrapper.active .xterm-rows');
  }

  async screenText(): Promise<string> {
    return (await this.screen().innerText()).replaceAll('\u00a0', ' ');
  }

  async tooltipText(of: Locator): Promise<string> {
    return (await this.window.tooltipOf(of)).innerText();
  }

  statusText(): Promise<string> {
    return this.window.statusItem(statusItem).innerText();
  }

  /** What is on the clipboard of the browser. */
  clipboard(): Promise<string> {
    return this.window.page.evaluate('navigator.clipboard.readText()');
  }

  /** Types what is not among the suggestions of a question. */
  async typeIn(text: string, said: string): Promise<void> {
    await this.window.quickInput().fill(text);
    await this.line(`${text}, ${said}`).click();
  }

  /** Picks a line of a list that is too long to be seen as a whole. */
  async change(label: string): Promise<void> {
    await this.window.quickInput().fill(label);
    await this.window.pick(new RegExp(`^${label}`));
  }
}

/** For a file whose tests go on where the one before them ended, on one Dokploy server whose workspaces are real machines. */
export function tellDokployStory(begin: (room: DokployRoom) => Promise<void> | void): void {
  let yard: DokployYard | undefined;
  const windows: Workbench[] = [];
  // Hooks of the end run backwards: the server goes after everybody who asks it.
  afterAll(() => yard?.[Symbol.asyncDispose]());
  tellStory({
    async prepare() {
      yard = await openYard();
      return yard?.desk ?? { missing: 'there is no Docker engine' };
    },
    async begin(desk) {
      if (yard === undefined) return;
      const room = await DokployRoom.open(desk, yard);
      windows.push(room.window);
      await begin(room);
    },
    windows: () => windows,
  });
}
