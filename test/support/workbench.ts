import type { Locator, Page } from 'playwright-core';
import { fewestRows, sawAt, watchRow, watchRowCount } from './rowWatch.mjs';

/** How long anything on screen may take; a busy machine needs more than a person would. */
const patience = 20_000;

/** Whether something is gone within so many milliseconds. */
function isHidden(what: Locator, timeout: number): Promise<boolean> {
  return what.waitFor({ state: 'hidden', timeout }).then(
    () => true,
    () => false,
  );
}

/** Whether something is there within so many milliseconds. */
function isVisible(what: Locator, timeout: number): Promise<boolean> {
  return what.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

/** A VS Code workbench in a page, as a person uses it: by names and roles. */
export class Workbench {
  readonly page: Page;
  /** What the page went through, for when a test fails. */
  readonly log: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(patience);
    const note = (text: string): void => void this.log.push(`${new Date().toISOString()} ${text}`);
    page.on('console', (message) => note(`${message.type()}: ${message.text()}`));
    page.on('crash', () => note('the page crashed'));
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) note(`went to ${frame.url()}`);
    });
  }

  /** Opens a folder and waits until the workbench can be used. */
  async open(origin: string, folder: string): Promise<void> {
    await this.page.goto(`${origin}/?${new URLSearchParams({ folder }).toString()}`);
    await this.ready();
  }

  /** The same for a workspace of several folders, by its file. */
  async openWorkspace(origin: string, file: string): Promise<void> {
    await this.page.goto(`${origin}/?${new URLSearchParams({ workspace: file }).toString()}`);
    await this.ready();
  }

  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .activitybar').waitFor();
    await this.page.locator('.statusbar-item').first().waitFor();
  }

  /** Reload Window, as a person does it. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Shows a view container by a click on its icon in the activity bar, which would hide it when it is shown already. */
  async clickContainer(name: string): Promise<void> {
    await this.page.getByRole('tab', { name, exact: true }).click();
  }

  /** Runs a command by its palette title, such as `Devyard: Create Code Server`. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput().fill(`>${title}`);
    await this.page.getByRole('option').filter({ hasText: title }).first().click();
  }

  quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input').first();
  }

  /** Answers the editor's own file dialog, which first fills in where it stands. */
  async chooseFolder(path: string, button: string): Promise<void> {
    const accept = this.page.locator('.quick-input-widget').getByRole('button', { name: button });
    await accept.waitFor();
    await this.page.locator('.quick-input-list').getByRole('option', { name: '..' }).first().waitFor();
    await this.quickInput().fill(`${path}/`);
    await accept.click();
  }

  /** The whole way from the palette to a code-server for an existing folder that is being started. */
  async createCodeServer(name: string, folder: string): Promise<void> {
    await this.command('Devyard: Create Code Server');
    await this.answer(name);
    await this.pick(/Existing Folder/);
    await this.chooseFolder(folder, 'Use This Folder');
    await this.confirm(/Which extensions/);
    await this.pick(/Create and Start/);
  }

  /** The same for a folder that Devyard makes, without a start. */
  async createEmptyCodeServer(name: string): Promise<void> {
    await this.command('Devyard: Create Code Server');
    await this.answer(name);
    await this.pick(/Empty Folder/);
    await this.confirm(/Which extensions/);
    await this.pick(/Create Only/);
  }

  /** Answers the editor's own file dialog with a file that exists. */
  async chooseFile(path: string, button: string): Promise<void> {
    const accept = this.page.locator('.quick-input-widget').getByRole('button', { name: button, exact: true });
    await accept.waitFor();
    await this.page.locator('.quick-input-list').getByRole('option', { name: '..' }).first().waitFor();
    // The dialog looks the folder up and puts its own text back when it is done; a click meanwhile is lost.
    const choose = async (): Promise<void> => {
      if ((await this.quickInput().inputValue({ timeout: 1000 })) !== path) await this.quickInput().fill(path);
      await accept.click({ timeout: 1000 });
    };
    for (let attempt = 0; attempt < 10; attempt += 1) {
      // It may close at any moment, under the hand that writes.
      await choose().catch(() => undefined);
      if (await isHidden(accept, 1000)) return;
    }
    await accept.waitFor({ state: 'hidden' });
  }

  /** Opens a file of the folder by its name. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('ControlOrMeta+P');
    await this.quickInput().fill(name);
    await this.page.locator('.quick-input-list').getByRole('option', { name }).first().click();
    await this.page.locator('.monaco-editor.focused').first().waitFor();
  }

  /** Gives the file in front another text, and saves it. */
  async rewrite(text: string): Promise<void> {
    await this.page.locator('.editor-instance .monaco-editor .view-lines').first().click();
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.insertText(text);
    await this.page.keyboard.press('ControlOrMeta+S');
  }

  /** Answers an open input box. */
  async answer(text: string): Promise<void> {
    await this.quickInput().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Waits for a question, by its placeholder. */
  async question(placeholder: RegExp): Promise<void> {
    await this.page.locator('.quick-input-widget').getByPlaceholder(placeholder).waitFor();
  }

  /** Takes the answer that a question comes with. */
  async confirm(placeholder: RegExp): Promise<void> {
    await this.question(placeholder);
    await this.page.keyboard.press('Enter');
  }

  /** The arrow in the title of a wizard. */
  async back(): Promise<void> {
    await this.page.locator('.quick-input-widget').getByRole('button', { name: 'Back' }).click();
  }

  /** Chooses an entry of an open quick pick. */
  async pick(label: string | RegExp): Promise<void> {
    await this.page.locator('.quick-input-list').getByRole('option', { name: label }).first().click();
  }

  treeItem(name: string | RegExp): Locator {
    return this.page.getByRole('treeitem', { name });
  }

  /** A button on a row, which shows when the mouse is over it. */
  async itemAction(item: Locator, command: string): Promise<void> {
    await item.hover();
    await item.getByRole('button', { name: command }).click();
  }

  /** An entry of a row's context menu. */
  async itemMenu(item: Locator, command: string): Promise<void> {
    await item.click({ button: 'right' });
    // A menu that has only just opened takes no click, so that the click that opened it chooses nothing.
    await this.page.getByRole('menuitem', { name: command, exact: true }).hover();
    await this.page.keyboard.press('Enter');
  }

  /** An item of the status bar by its full id, `publisher.name.item`. */
  statusItem(id: string): Locator {
    return this.page.locator(`[id="${id}"]`);
  }

  notification(text: RegExp): Locator {
    return this.page.getByRole('dialog', { name: text });
  }

  /** A modal question's button. */
  async answerModal(button: string): Promise<void> {
    await this.page.locator('.monaco-dialog-box').getByRole('button', { name: button, exact: true }).click();
  }

  /** The visible text of the output panel. */
  async outputText(): Promise<string> {
    const lines = await this.page.locator('.panel .view-lines').first().innerText();
    // The editor draws blanks as no-break spaces.
    return lines.replaceAll('\u00a0', ' ');
  }

  /** Types a line into the open terminal; what it did has to be seen elsewhere, a terminal is only a picture. */
  async typeInTerminal(line: string): Promise<void> {
    await this.page.locator('.terminal-wrapper.active .xterm-screen').click();
    await this.page.keyboard.type(`${line}\n`);
  }

  /** No toast in the way of what is looked at or clicked. */
  async clearNotifications(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
    await this.page.locator('.notification-toast').first().waitFor({ state: 'hidden' });
  }

  /** From now on the page notes when the row `name` first says `text`; read it with `sawAt`. */
  async watchRow(name: string, text: string): Promise<void> {
    await this.page.evaluate(watchRow, [name, text] as const);
  }

  /** When the watched row said so, in milliseconds since the epoch; waits for it. */
  async sawAt(): Promise<number> {
    return (await (await this.page.waitForFunction(sawAt)).jsonValue()) ?? Number.NaN;
  }

  /** From now on the page notes how many rows it has at least; read it with `fewestRows`. */
  async watchRowCount(): Promise<void> {
    await this.page.evaluate(watchRowCount);
  }

  async fewestRows(): Promise<number> {
    return (await this.page.evaluate(fewestRows)) ?? Number.NaN;
  }

  /** What the tooltip of a row says. */
  async tooltipOf(item: Locator): Promise<Locator> {
    // On a busy machine it is there before its text is.
    const tooltip = this.page.locator('.monaco-hover:visible').filter({ hasNotText: 'Loading...' });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await item.hover();
      if (await isVisible(tooltip, 4000)) return tooltip;
      // A mouse that lies there already, from a menu, has to come anew.
      await this.restMouse();
    }
    await tooltip.waitFor();
    return tooltip;
  }

  /** Takes the mouse to where it brings up no tooltip. */
  async restMouse(): Promise<void> {
    const { width, height } = this.page.viewportSize() ?? { width: 800, height: 600 };
    const tooltip = this.page.locator('.monaco-hover:visible').first();
    // A tooltip that is just being drawn misses that the mouse leaves; a person's mouse does not stop dead, either.
    for (let steps = 1; steps < 5; steps += 1) {
      await this.page.mouse.move(width - 60 - 10 * steps, height * 0.6, { steps });
      if (await isHidden(tooltip, 1500)) return;
      await this.page.keyboard.press('Escape');
    }
    await tooltip.waitFor({ state: 'hidden' });
  }

  /** Moves the border between side bar and editor, from where it is by `by` CSS pixels. */
  async widenSidebar(by: number): Promise<void> {
    const box = await this.page.locator('.part.sidebar').boundingBox();
    if (box === null) throw new Error('there is no side bar');
    const [x, y] = [box.x + box.width, box.y + box.height / 2];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.move(x + by, y, { steps: 5 });
    await this.page.mouse.up();
  }
}
