import { builtInGroups } from './builtInGroups.ts';
import { type DevboxFile, type ExtensionGroup, workspaceTypeAliases, type workspaceTypes } from './schema.ts';

/** A template of the gallery; empty texts where the file gives nothing. */
export interface DevboxTemplate {
  readonly name: string;
  readonly description: string;
  /** Keys of extension groups. */
  readonly extensionGroups: readonly string[];
  readonly thumbnailUrl: string;
  /** Git repository, as `parseGitUrl` takes it; empty: the workspace starts empty. */
  readonly url: string;
  readonly iconLinks: readonly { readonly icon: string; readonly url: string }[];
}

export interface TemplateTab {
  readonly name: string;
  readonly items: readonly DevboxTemplate[];
}

export type WorkspaceType = (typeof workspaceTypes)[number];

/** What a devbox.yaml says, in the program's words, every default filled in. */
export interface DevboxConfig {
  readonly extensionGroups: readonly ExtensionGroup[];
  /** Keys of groups that exist. */
  readonly defaultExtensionGroups: readonly string[];
  readonly showAdvancedOptions: boolean;
  readonly darkMode: boolean;
  readonly autoRefreshIntervalMs: number;
  readonly defaultWorkspaceType: WorkspaceType;
  readonly maxUploadSizeMb: number;
  readonly supportedArchiveTypes: readonly string[];
  readonly defaultPort: number;
  readonly portRange: { readonly start: number; readonly end: number };
  readonly templateTabs: readonly TemplateTab[];
}

export function configOf(file: DevboxFile): DevboxConfig {
  const { ui, server } = file;
  const own = Object.entries(file.extension_groups).map(([key, group]) => ({
    key,
    name: group.name ?? key,
    description: group.description,
    extensions: unique(group.extensions),
    userSettings: group.user_settings,
  }));
  const extensionGroups = own.length > 0 ? own : builtInGroups;
  const known = new Set(extensionGroups.map(({ key }) => key));
  return {
    extensionGroups,
    // A default that names no group of this file was not written by anybody: written ones are checked.
    defaultExtensionGroups: unique(ui.default_extension_groups).filter((key) => known.has(key)),
    showAdvancedOptions: ui.settings.show_advanced_options,
    darkMode: ui.settings.enable_dark_mode,
    autoRefreshIntervalMs: ui.settings.auto_refresh_interval,
    defaultWorkspaceType: workspaceType(ui.workspace.default_type),
    maxUploadSizeMb: ui.workspace.max_upload_size_mb,
    supportedArchiveTypes: unique(ui.workspace.supported_archive_types),
    defaultPort: server.default_port,
    portRange: server.code_server_port_range,
    templateTabs: file.packaged_assets.tabs.map(({ name, items }) => ({ name, items: items.map(templateOf) })),
  };
}

type FileTemplate = DevboxFile['packaged_assets']['tabs'][number]['items'][number];

function templateOf(item: FileTemplate): DevboxTemplate {
  return {
    name: item.name,
    description: item.description,
    extensionGroups: unique(item.extensions_groups),
    thumbnailUrl: item.thumbnail_url,
    url: item.github_url,
    iconLinks: item.icon_links.map(({ lucide_icon: icon, url }) => ({ icon, url })),
  };
}

function workspaceType(written: DevboxFile['ui']['workspace']['default_type']): WorkspaceType {
  return written === 'zip' || written === 'github' ? workspaceTypeAliases[written] : written;
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
