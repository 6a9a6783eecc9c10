import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DevServer } from '../../../../src/api/contract/devServers.ts';
import { canDev, type DevAction } from '../../../../src/views/devServers/actions.ts';
import { presentBuild, presentProcess, presentProject } from '../../../../src/views/devServers/presentation.ts';
import { l10n } from '../samples.ts';
import { buildStates, devBuild, devProcess, devServer, processStates } from './samples.ts';

interface MenuItem {
  readonly command: string;
  readonly when: string;
  readonly group: string;
}

let items: readonly MenuItem[];

beforeAll(async () => {
  const text = await readFile(resolve(import.meta.dirname, '../../../../package.json'), 'utf8');
  const { contributes } = JSON.parse(text) as { contributes: { menus: Record<string, readonly MenuItem[]> } };
  items = (contributes.menus['view/item/context'] ?? []).filter(({ when }) => when.includes('devyard.devServers'));
});

/** Whether the menu of a row has an entry; of the `when` clause only `viewItem` is looked at, which must be all there is else. */
function offered({ when }: MenuItem, contextValue: string): boolean {
  const pattern = /^view == devyard\.devServers && viewItem =~ \/(.+)\/$/.exec(when)?.[1];
  if (pattern === undefined) throw new Error(`This test cannot read: ${when}`);
  return new RegExp(pattern).test(contextValue);
}

/** Projects in every combination of what a part, and the project as a whole, can be. */
const projects: readonly DevServer[] = processStates.flatMap((process) =>
  [undefined, ...buildStates].flatMap((build) =>
    [
      {},
      { stopping: true },
      { trusted: false },
      { mode: 'external', viteURL: 'http://127.0.0.1:1/', processes: [], builds: [] } as const,
    ].map((more) =>
      devServer('demo', {
        processes: [devProcess('ui', process, { debug: 'node', tty: true })],
        builds: build === undefined ? [] : [devBuild('backend', build)],
        ...more,
      }),
    ),
  ),
);

const rows = (): readonly string[] => [
  ...projects.map((one) => presentProject(one, 0, l10n).contextValue),
  ...processStates.map((state) => presentProcess(devProcess('ui', state, { debug: 'go' }), 0, l10n).contextValue),
  ...buildStates.map((state) => presentBuild(devBuild('backend', state), 0, l10n).contextValue),
];

describe('the menu of a project', () => {
  it('offers exactly what the code says can be done', () => {
    const commands: Record<DevAction, string> = {
      start: 'start',
      stop: 'stop',
      restart: 'restart',
      rebuild: 'rebuild',
      open: 'openPage',
      trust: 'trust',
    };
    for (const action of Object.keys(commands) as DevAction[]) {
      const entries = items.filter(({ command }) => command === `devyard.devServer.${commands[action]}`);
      const inMenu = entries.filter(({ group }) => !group.startsWith('inline'));
      expect(inMenu).toHaveLength(1);
      for (const devServer of projects) {
        const { contextValue } = presentProject(devServer, 0, l10n);
        const may = canDev(action, devServer);
        for (const entry of inMenu)
          expect([contextValue, action, offered(entry, contextValue)]).toEqual([contextValue, action, may]);
        // What is offered on the row itself is never more than the menu has.
        for (const entry of entries)
          if (!may) expect([contextValue, offered(entry, contextValue)]).toEqual([contextValue, false]);
      }
    }
  });

  it('has at most three actions on the row, none twice, and never removes anything there', () => {
    for (const contextValue of rows()) {
      const inline = items.filter((item) => item.group.startsWith('inline') && offered(item, contextValue));
      const places = inline.map(({ group }) => group);
      expect(inline.length).toBeLessThanOrEqual(3);
      expect(new Set(places).size).toBe(places.length);
      expect(inline.map(({ command }) => command).join(' ')).not.toMatch(/remove|delete/);
    }
  });

  it('shows and searches the log of every row', () => {
    for (const contextValue of rows()) {
      const commands = items.filter((item) => offered(item, contextValue)).map(({ command }) => command);
      expect(commands).toEqual(
        expect.arrayContaining(['devyard.devServer.showLogs', 'devyard.devServer.searchLogs']) as string[],
      );
    }
  });
});
