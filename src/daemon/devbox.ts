import type { ConfigPort } from '../api/server/deps.ts';
import type { Catalog } from '../managers/codeServers/catalog.ts';
import type { DevboxConfigFile } from '../managers/codeServers/config/devboxConfig.ts';
import type { DevboxConfig } from '../managers/codeServers/config/model.ts';
import { parseDevboxYaml } from '../managers/codeServers/config/parse.ts';
import { readWorkspaceConfig } from '../managers/codeServers/config/workspaceConfig.ts';
import { DevyardError } from '../managers/shared/errors.ts';
import type { Settings } from '../managers/shared/settings.ts';

export interface Devbox extends ConfigPort {
  readonly catalog: (configFile?: string) => Promise<Catalog>;
  /** A person's settings where devbox.yaml says nothing. */
  readonly portRange: (settings: Settings) => Settings['portRange'];
  readonly darkMode: () => boolean;
  /** Milliseconds between two looks at what is on screen; undefined where devbox.yaml says nothing. */
  readonly refreshMs: () => number | undefined;
}

/** What devbox.yaml means to the rest of the daemon. */
export function devboxOf(file: DevboxConfigFile, settings: () => Settings): Devbox {
  const portRange = (own: Settings): Settings['portRange'] => {
    const { config, given } = file.current();
    const start = given.has('server.code_server_port_range.start') ? config.portRange.start : own.portRange.start;
    const end = given.has('server.code_server_port_range.end') ? config.portRange.end : own.portRange.end;
    // Half a range may not fit the other half.
    return start <= end ? { start, end } : config.portRange;
  };
  const workspaceOrOwn = async (configFile: string | undefined): Promise<DevboxConfig> =>
    configFile === undefined ? file.current().config : ofWorkspace(configFile);

  return {
    async get(configFile) {
      const { config: own, path, problems } = file.current();
      const config = await workspaceOrOwn(configFile);
      const place = configFile === undefined ? { path, problems } : { path: configFile, problems: [] };
      // Ports are not a workspace's to say.
      return { ...config, ...place, defaultPort: own.defaultPort, portRange: portRange(settings()) };
    },
    check(text) {
      const parsed = parseDevboxYaml(text);
      return parsed.ok ? [] : parsed.problems;
    },
    catalog: async (configFile) => catalogOf(await workspaceOrOwn(configFile)),
    portRange,
    darkMode: () => file.current().config.darkMode,
    refreshMs() {
      const { config, given } = file.current();
      return given.has('ui.settings.auto_refresh_interval') ? config.autoRefreshIntervalMs : undefined;
    },
  };
}

async function ofWorkspace(configFile: string): Promise<DevboxConfig> {
  const parsed = await readWorkspaceConfig(configFile);
  if (parsed?.ok === true) return parsed.config;
  const [first] = parsed?.problems ?? [];
  const message =
    first === undefined
      ? `There is no ${configFile}.`
      : `${configFile}:${String(first.line)}:${String(first.column)}: ${first.message}`;
  throw new DevyardError('invalid', message, {
    field: 'configFile',
    hint: 'Correct the file, or leave configFile out.',
  });
}

function catalogOf({ extensionGroups, templateTabs, supportedArchiveTypes, darkMode }: DevboxConfig): Catalog {
  const templates = templateTabs.flatMap(({ name: tab, items }) => items.map((item) => ({ tab, ...item })));
  const kinds = supportedArchiveTypes.map((type) => (type === '.zip' ? ('zip' as const) : ('tar.gz' as const)));
  return { groups: extensionGroups, templates, archiveKinds: [...new Set(kinds)], darkMode };
}
