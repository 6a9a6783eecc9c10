import type { DevboxConfigView } from '../../api/contract/config.ts';
import type { OperationInput } from '../../api/contract/operations.ts';

export type SourceKind = 'empty' | 'folder' | 'workspace' | 'archive' | 'git' | 'template';

export type Template = DevboxConfigView['templateTabs'][number]['items'][number];

/** What a person has answered so far. Undefined: not asked yet. Answers stay when another source is chosen. */
export interface Draft {
  name: string;
  source: SourceKind | undefined;
  /** Absolute path of an existing folder. */
  folder: string | undefined;
  /** Absolute path of the folder that is open in this window. */
  workspaceFolder: string | undefined;
  /** Absolute path. */
  archive: string | undefined;
  gitUrl: string | undefined;
  /** Empty: the default branch. */
  gitBranch: string | undefined;
  template: { readonly tab: string; readonly item: Template } | undefined;
  /** Keys, in the order of the list. */
  groups: readonly string[] | undefined;
  /** Undefined: the first free one. */
  port: number | undefined;
  memoryLimitMb: number | undefined;
  args: readonly string[];
  stopWhenIdleMinutes: number | undefined;
  autoStart: boolean;
  start: boolean;
}

export function newDraft(): Draft {
  return {
    name: '',
    source: undefined,
    folder: undefined,
    workspaceFolder: undefined,
    archive: undefined,
    gitUrl: undefined,
    gitBranch: undefined,
    template: undefined,
    groups: undefined,
    port: undefined,
    memoryLimitMb: undefined,
    args: [],
    stopWhenIdleMinutes: undefined,
    autoStart: false,
    start: true,
  };
}

/** Groups that are offered as chosen: the template's, and the default ones. */
export function presetGroups(draft: Draft, config: DevboxConfigView): readonly string[] {
  return [...new Set([...templateGroups(draft), ...config.defaultExtensionGroups])];
}

/** A template brings its groups in any case. */
export function templateGroups({ source, template }: Draft): readonly string[] {
  return source === 'template' ? (template?.item.extensionGroups ?? []) : [];
}

type CreateBody = OperationInput<'codeServers.create'>['body'];

/** What the daemon is asked for. `configFile`: the workspace's devbox.yaml when its groups and templates were offered. */
export function createBody(draft: Draft, configFile: string | undefined): CreateBody {
  const { port, memoryLimitMb, args, stopWhenIdleMinutes, groups = [] } = draft;
  return {
    name: draft.name,
    ...sourceOf(draft),
    ...(groups.length === 0 ? {} : { extensionGroups: [...groups] }),
    ...(configFile === undefined ? {} : { configFile }),
    ...(port === undefined ? {} : { port }),
    ...(memoryLimitMb === undefined ? {} : { memoryLimitMb }),
    ...(args.length === 0 ? {} : { args: [...args] }),
    ...(stopWhenIdleMinutes === undefined ? {} : { stopWhenIdleMinutes }),
    ...(draft.autoStart ? { autoStart: true } : {}),
    // The daemon starts it, so that it does also when this window is closed before the files are there.
    start: draft.start,
  };
}

function sourceOf(draft: Draft): Pick<CreateBody, 'folder' | 'source'> {
  const { source, folder, workspaceFolder, archive, gitUrl, gitBranch, template } = draft;
  if (source === 'folder' && folder !== undefined) return { folder };
  if (source === 'workspace' && workspaceFolder !== undefined) return { folder: workspaceFolder };
  if (source === 'archive' && archive !== undefined) return { source: { type: 'archive', path: archive } };
  if (source === 'git' && gitUrl !== undefined) {
    const branch = gitBranch === undefined || gitBranch === '' ? {} : { branch: gitBranch };
    return { source: { type: 'git', url: gitUrl, ...branch } };
  }
  if (source === 'template' && template !== undefined) {
    return { source: { type: 'template', name: template.item.name, tab: template.tab } };
  }
  if (source === 'empty') return {};
  throw new Error(`The source ${String(source)} has no details.`);
}
