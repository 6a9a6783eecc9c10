import * as vscode from 'vscode';
import type { Step } from '../shared/wizard.ts';
import { askChoice } from '../shared/wizardInputs.ts';
import { type Draft, presetGroups, type Template } from './draft.ts';
import { codiconOf } from './lucide.ts';
import type { Wizard } from './wizardParts.ts';

interface TemplateItem extends vscode.QuickPickItem {
  readonly template: Draft['template'];
  readonly links: ReadonlyMap<vscode.QuickInputButton, string>;
}

/** The gallery of devbox.yaml: its tabs one below the other. */
export function templateStep({ title, draft, offer }: Wizard): Step {
  const { l10n } = vscode;
  return {
    id: 'template',
    applies: () => draft.source === 'template',
    reopens: ['groups'],
    ask: (place) => {
      const { config } = offer();
      const groupNames = new Map(config.extensionGroups.map(({ key, name }) => [key, name]));
      const items = config.templateTabs.flatMap(({ name: tab, items }) => [
        { label: tab, kind: vscode.QuickPickItemKind.Separator, template: undefined, links: new Map() },
        ...items.map((item) => templateItem(tab, item, groupNames)),
      ]);
      const chosen = draft.template;
      return askChoice<TemplateItem>(
        { title, ...place },
        {
          items,
          active: items.find(
            ({ template }) =>
              template !== undefined && template.tab === chosen?.tab && template.item.name === chosen.item.name,
          ),
          placeholder: l10n.t('Which template?'),
          matchOnDetail: true,
          accept: ({ template }) => {
            if (template === undefined) return undefined;
            const before = draft.template;
            draft.template = template;
            const other = before?.tab !== template.tab || before.item.name !== template.item.name;
            if (other || draft.groups === undefined) draft.groups = presetGroups(draft, config);
            return 'next';
          },
          onItemButton: ({ links }, button) => {
            const url = links.get(button);
            if (url !== undefined) void vscode.env.openExternal(vscode.Uri.parse(url));
          },
        },
      );
    },
  };
}

function templateItem(tab: string, item: Template, groupNames: ReadonlyMap<string, string>): TemplateItem {
  const links = new Map<vscode.QuickInputButton, string>();
  for (const { icon, url } of item.iconLinks) {
    if (isWebAddress(url)) links.set({ iconPath: new vscode.ThemeIcon(codiconOf(icon)), tooltip: url }, url);
  }
  return {
    label: item.name,
    description: item.extensionGroups.map((key) => groupNames.get(key) ?? key).join(', '),
    detail: item.description,
    iconPath: item.thumbnailUrl.startsWith('https://')
      ? vscode.Uri.parse(item.thumbnailUrl)
      : new vscode.ThemeIcon('repo'),
    buttons: [...links.keys()],
    template: { tab, item },
    links,
  };
}

/** A file of a workspace must not make a click open anything but a web page. */
function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url);
}
