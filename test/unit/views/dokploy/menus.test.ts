import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Workspace } from '../../../../src/api/contract/dokploy.ts';
import { canWorkspace, type WorkspaceAction } from '../../../../src/views/dokploy/actions.ts';
import {
  presentForward,
  presentGroup,
  presentServer,
  presentWorkspace,
} from '../../../../src/views/dokploy/presentation.ts';
import { dokployLinkedCommands } from '../../../../src/views/dokploy/tooltip.ts';
import { dokployCommandIds } from '../../../../src/views/commands/dokployIds.ts';
import { l10n } from '../samples.ts';
import { forward, offered as certificate, server, work, workspace, workspaceStates } from './samples.ts';

interface MenuItem {
  readonly command: string;
  readonly when: string;
  readonly group: string;
}

let items: readonly MenuItem[];

beforeAll(async () => {
  const text = await readFile(resolve(import.meta.dirname, '../../../../package.json'), 'utf8');
  const { contributes } = JSON.parse(text) as { contributes: { menus: Record<string, readonly MenuItem[]> } };
  items = (contributes.menus['view/item/context'] ?? []).filter(({ when }) => when.includes('devyard.dokploy'));
});

/** Whether the menu of a row has an entry; of the `when` clause only `viewItem` is looked at, which must be all there is else. */
function isOffered({ when }: MenuItem, contextValue: string): boolean {
  const pattern = /^view == devyard\.dokploy && viewItem =~ \/(.+)\/$/.exec(when)?.[1];
  if (pattern === undefined) throw new Error(`This test cannot read: ${when}`);
  return new RegExp(pattern).test(contextValue);
}

/** Workspaces in every combination of what one can be. */
const cases: readonly { readonly workspace: Workspace; readonly busy: boolean }[] = workspaceStates.flatMap((state) =>
  (['created', 'adopted', 'no'] as const).flatMap((managed) =>
    [
      {},
      { serviceId: null, endpoint: null },
      { hostKey: 'SHA256:x', dashboardUrl: 'https://x.example.com', domains: ['https://y.example.com'] },
      { forwards: [forward(3000)], endpoint: null },
    ].flatMap((more) =>
      [true, false].map((busy) => ({ workspace: workspace('demo', state, { managed, ...more }), busy })),
    ),
  ),
);

const contextOf = ({ workspace, busy }: (typeof cases)[number]): string =>
  presentWorkspace(workspace, l10n, busy ? work('demo') : undefined).contextValue;

const otherRows = (): readonly string[] => [
  ...[
    { status: 'unknown' } as const,
    { status: 'connected', version: '0.30.2' } as const,
    { status: 'failing', since: 0, problem: 'certificate', reason: 'x', certificate } as const,
  ].map((connection) => presentServer(server('home', { connection }), [], 0, l10n).contextValue),
  presentGroup('shop', 'project', [], l10n).contextValue,
  presentGroup('production', 'environment', [], l10n).contextValue,
  presentForward(forward(3000), l10n).contextValue,
  presentForward(forward(3000, { state: 'waiting' }), l10n).contextValue,
];

const commands: Record<WorkspaceAction, readonly string[]> = {
  connect: ['openTerminal', 'openRemoteSsh', 'runCommand', 'forwardPort'],
  start: ['start'],
  stop: ['stop'],
  restart: ['restart'],
  redeploy: ['redeploy'],
  edit: ['edit'],
  delete: ['delete'],
  adopt: ['adopt'],
  cancel: ['cancelJob'],
  open: ['openInBrowser'],
  openInDokploy: ['openInDokploy'],
  showLog: ['showDeployLog', 'showContainerLog'],
  copySshConfig: ['copySshConfig'],
  forgetHostKey: ['forgetHostKey'],
};

describe('the menu of a workspace', () => {
  it('offers exactly what the code says can be done', () => {
    for (const [action, names] of Object.entries(commands) as [WorkspaceAction, readonly string[]][]) {
      for (const name of names) {
        const entries = items.filter(({ command }) => command === `devyard.dokploy.${name}`);
        const inMenu = entries.filter(({ group }) => !group.startsWith('inline'));
        expect([name, inMenu.length]).toEqual([name, 1]);
        for (const one of cases) {
          const contextValue = contextOf(one);
          const may = canWorkspace(action, one.workspace, one.busy);
          for (const entry of inMenu)
            expect([contextValue, name, isOffered(entry, contextValue)]).toEqual([contextValue, name, may]);
          // What is offered on the row itself is never more than the menu has.
          for (const entry of entries)
            if (!may) expect([contextValue, name, isOffered(entry, contextValue)]).toEqual([contextValue, name, false]);
        }
      }
    }
  });

  it('leaves what nobody adopted alone, and can always end or remove what is cared for', () => {
    for (const one of cases) {
      const can = (action: WorkspaceAction): boolean => canWorkspace(action, one.workspace, one.busy);
      const changing = (['start', 'stop', 'restart', 'redeploy', 'edit', 'delete', 'connect'] as const).filter(can);
      if (one.workspace.managed === 'no') expect(changing).toEqual([]);
      else expect(changing).toContain('delete');
    }
  });
});

describe('every row', () => {
  it('has at most three actions on it, none in the same place, and nothing that erases', () => {
    const rows = [...cases.map(contextOf), ...otherRows()];
    for (const contextValue of rows) {
      const inline = items.filter((item) => item.group.startsWith('inline') && isOffered(item, contextValue));
      const places = inline.map(({ group }) => group);
      expect([contextValue, inline.length <= 3]).toEqual([contextValue, true]);
      expect([contextValue, new Set(places).size]).toEqual([contextValue, places.length]);
      expect(inline.map(({ command }) => command).join(' ')).not.toMatch(/removeServer|delete|redeploy/);
    }
  });

  it('has a menu', () => {
    for (const contextValue of otherRows()) {
      const inMenu = items.filter((item) => !item.group.startsWith('inline') && isOffered(item, contextValue));
      expect(inMenu.length).toBeGreaterThan(0);
    }
  });
});

describe('links in tooltips', () => {
  it('name commands that there are', () => {
    for (const command of dokployLinkedCommands) expect(dokployCommandIds).toContain(command);
  });
});
