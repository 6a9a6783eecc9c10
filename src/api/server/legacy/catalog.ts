import type { FastifyInstance } from 'fastify';
import type { DevboxConfigView } from '../../contract/config.ts';
import { type LegacyParts, schema } from './parts.ts';

/** What the original's clients ask for before they create anything. */
export function registerCatalog(app: FastifyInstance, { config }: LegacyParts): void {
  app.get('/health', { schema: schema('Is the daemon up') }, () => ({ status: 'healthy', service: 'devyard' }));

  app.get('/config', { schema: schema('devbox.yaml with every default filled in') }, async () => ({
    status: 'success',
    data: legacyConfig(await config.get()),
  }));

  app.get('/templates', { schema: schema('The template gallery') }, async () => ({
    status: 'success',
    data: { tabs: legacyTabs(await config.get()) },
  }));
}

/** In the file's own words. */
function legacyConfig(config: DevboxConfigView): object {
  return {
    extension_groups: Object.fromEntries(
      config.extensionGroups.map(({ key, name, description, extensions, userSettings }) => [
        key,
        { name, description, extensions, user_settings: userSettings },
      ]),
    ),
    server: { default_port: config.defaultPort, code_server_port_range: config.portRange },
    ui: {
      default_extension_groups: config.defaultExtensionGroups,
      settings: {
        auto_refresh_interval: config.autoRefreshIntervalMs,
        show_advanced_options: config.showAdvancedOptions,
        enable_dark_mode: config.darkMode,
      },
      workspace: {
        default_type: config.defaultWorkspaceType,
        max_upload_size_mb: config.maxUploadSizeMb,
        supported_archive_types: config.supportedArchiveTypes,
      },
    },
    packaged_assets: { tabs: legacyTabs(config) },
  };
}

function legacyTabs({ templateTabs }: DevboxConfigView): readonly object[] {
  return templateTabs.map(({ name, items }) => ({
    name,
    items: items.map((item) => ({
      name: item.name,
      description: item.description,
      extensions_groups: item.extensionGroups,
      thumbnail_url: item.thumbnailUrl,
      github_url: item.url,
      icon_links: item.iconLinks.map(({ icon, url }) => ({ lucide_icon: icon, url })),
    })),
  }));
}
