import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { can, type ItemAction } from '../../../src/views/codeServers/actions.ts';
import type { Status } from '../../../src/views/codeServers/presentation.ts';
import { commandIds } from '../../../src/views/commands/ids.ts';
import { pushedSettings } from '../../../src/views/shared/settingsPatch.ts';
import { states } from './samples.ts';

const root = resolve(import.meta.dirname, '../../..');

interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; category: string; enablement?: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly configuration: readonly { properties: Record<string, Record<string, unknown>> }[];
    readonly views: Readonly<Record<string, readonly { id: string; icon?: string }[]>>;
    readonly viewsWelcome: readonly { view: string; contents: string; when: string }[];
    readonly walkthroughs: readonly {
      steps: readonly { title: string; completionEvents: string[]; media: Record<string, string> }[];
    }[];
  };
}

/** Commands of the editor itself that our texts link to. */
const editorCommands = [
  'workbench.action.reloadWindow',
  'workbench.action.openSettings',
  'workbench.action.files.openFolder',
];

let manifest: Manifest;
let texts: Record<string, string>;
const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(root, name), 'utf8'));

beforeAll(async () => {
  manifest = (await json('package.json')) as Manifest;
  texts = (await json('package.nls.json')) as Record<string, string>;
});

/** Whether an item of the tree in this state gets a menu entry; only `viewItem` is looked at. */
function matches(item: MenuItem, status: Status): boolean {
  const pattern = /viewItem =~ \/(.+?)\/(?: |$)/.exec(item.when ?? '')?.[1];
  return pattern === undefined || new RegExp(pattern).test(`codeServer;${status};`);
}

describe('commands', () => {
  it('are the same in the code and in the manifest', () => {
    expect(manifest.contributes.commands.map(({ command }) => command).toSorted((a, b) => a.localeCompare(b))).toEqual(
      [...commandIds].toSorted((a, b) => a.localeCompare(b)),
    );
  });

  it('have an id devyard.<noun>.<verb>, a Title Case title, the category and an enablement', () => {
    for (const { command, title, category, enablement } of manifest.contributes.commands) {
      expect(command).toMatch(/^devyard\.[a-z]+[A-Za-z]*\.[a-z]+[A-Za-z]*$/);
      expect(category).toBe('Devyard');
      expect({ command, enablement }).toMatchObject({ enablement: expect.stringMatching(/./) as string });
      const words = (texts[title.slice(1, -1)] ?? '')
        .split(' ')
        .filter((word) => !['in', 'the', 'and', 'with', 'code-server', 'devbox.yaml', 'devyard.yaml'].includes(word));
      for (const word of words) expect(word).toMatch(/^[A-Z]/);
    }
  });

  it('exist wherever a menu, a welcome or a walkthrough names them', () => {
    const inMenus = Object.values(manifest.contributes.menus).flatMap((items) => items.map(({ command }) => command));
    const inTexts = Object.values(texts).flatMap((text) =>
      [...text.matchAll(/\(command:([\w.]+)/g)].map((match) => match[1] ?? ''),
    );
    const inEvents = manifest.contributes.walkthroughs.flatMap(({ steps }) =>
      steps.flatMap(({ completionEvents }) =>
        completionEvents.filter((event) => event.startsWith('onCommand:')).map((event) => event.slice(10)),
      ),
    );
    for (const command of [...inMenus, ...inTexts, ...inEvents]) {
      expect([...commandIds, ...editorCommands]).toContain(command);
    }
  });
});

describe('menus of an item', () => {
  const items = (): readonly MenuItem[] => manifest.contributes.menus['view/item/context'] ?? [];

  it('have at most three inline actions in every state, and never delete among them', () => {
    for (const { status } of states) {
      const inline = items().filter((item) => item.group?.startsWith('inline') === true && matches(item, status));
      expect(inline.length).toBeLessThanOrEqual(3);
      expect(inline.map(({ command }) => command).join(' ')).not.toMatch(/delete|remove/);
    }
  });

  it('offer exactly what the code says can be done', () => {
    const actions: readonly ItemAction[] = ['open', 'start', 'stop', 'restart'];
    for (const action of actions) {
      const entries = items().filter(({ command }) => command === `devyard.codeServer.${action}`);
      expect(entries.length).toBeGreaterThan(0);
      for (const entry of entries) {
        for (const { status } of states)
          expect({ action, status, offered: matches(entry, status) }).toEqual({
            action,
            status,
            offered: can(action, status),
          });
      }
    }
  });
});

describe('texts', () => {
  it('exist for every key, and every key is used', async () => {
    const used = [...(await readFile(join(root, 'package.json'), 'utf8')).matchAll(/"%([\w.]+)%"/g)].map(
      (match) => match[1] ?? '',
    );
    expect([...new Set(used)].toSorted((a, b) => a.localeCompare(b))).toEqual(
      Object.keys(texts).toSorted((a, b) => a.localeCompare(b)),
    );
  });
});

describe('settings', () => {
  it('have a default, a Markdown description and a scope no workspace can reach', () => {
    const properties = Object.assign(
      {},
      ...manifest.contributes.configuration.map((part) => part.properties),
    ) as Record<string, Record<string, unknown>>;
    for (const [key, property] of Object.entries(properties)) {
      expect({ key, ...property }).toMatchObject({
        scope: 'machine',
        markdownDescription: expect.any(String) as string,
      });
      expect({ key, ...property }).toHaveProperty('default');
      expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toContain(key);
    }
    expect(properties['devyard.codeServer.path']).toMatchObject({ ignoreSync: true });
    for (const key of Object.keys(pushedSettings)) expect(properties).toHaveProperty([`devyard.${key}`]);
  });
});

describe('the rest', () => {
  it('activates late, runs where the folders are and asks for no trust', () => {
    expect(manifest.activationEvents).toEqual(['onStartupFinished']);
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
  });

  it('has an icon for every view, and every picture it names', async () => {
    const icons = Object.values(manifest.contributes.views).flatMap((views) => views.map(({ icon }) => icon ?? ''));
    const media = manifest.contributes.walkthroughs.flatMap(({ steps }) =>
      steps.map((step) => step.media['svg'] ?? step.media['markdown'] ?? ''),
    );
    for (const path of [...icons, ...media]) expect((await readFile(join(root, path))).length).toBeGreaterThan(0);
  });

  it('welcomes in every state there is', () => {
    const when = manifest.contributes.viewsWelcome.map((welcome) => welcome.when).join(' ');
    for (const value of [
      'idle',
      'connecting',
      'connected',
      'stopped',
      'failed',
      'outdated',
      'unknown',
      'ready',
      'missing',
      'tooOld',
      'installing',
      'installFailed',
    ]) {
      expect(when).toContain(`== ${value}`);
    }
  });

  it('has a walkthrough of three to five steps that can be completed', () => {
    for (const { steps } of manifest.contributes.walkthroughs) {
      expect(steps.length).toBeGreaterThanOrEqual(3);
      expect(steps.length).toBeLessThanOrEqual(5);
      for (const { completionEvents } of steps) expect(completionEvents.length).toBeGreaterThan(0);
    }
  });
});
