import * as z from 'zod';
import { parseExtension } from '../extensions/extensionId.ts';
import { gitAddress } from './gitAddress.ts';

/** The shape of devbox.yaml: keys as people write them. What they mean to the program is in `model.ts`. */

/** Spellings of other programs that read this file, and what they mean here. */
export const workspaceTypeAliases = { zip: 'archive', github: 'git' } as const;
export const workspaceTypes = ['empty', 'folder', 'archive', 'git', 'template'] as const;
export const archiveTypes = ['.zip', '.tar.gz', '.tgz'] as const;

const port = z.int().min(1024).max(65_535);
const label = z.string().trim().min(1).max(128);
const groupKey = z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes and underscores');

const anExtension = 'must be publisher.name, as in ms-python.python, or the absolute path of a .vsix file';
/** Editors get the pattern; what can be installed on this machine is for `parseExtension` to say. */
const extension = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9][\w-]*\.[A-Za-z0-9][\w-]*(?:@(?:prerelease|\d+\.\d+\.\d+(?:-[\w.-]+)?))?|(?:\/|[A-Za-z]:[\\/]).*\.[Vv][Ss][Ii][Xx])$/,
    { error: anExtension, abort: true },
  )
  .refine((text) => parseExtension(text) !== undefined, anExtension)
  .meta({ examples: ['ms-python.python', '/opt/extensions/own.vsix'] });

/** No user or password: what is in a URL is shown, logged and passed on. */
const webUrl = z
  .string()
  .regex(/^https?:\/\/[^\s@/?#]+(?:[/?#]\S*)?$/, {
    error: 'must be an address that begins with http:// or https://, without a password in it',
    abort: true,
  })
  .refine((url) => URL.canParse(url), 'must be a whole address such as https://example.com/page');

const noneOrWeb = z
  .string()
  .regex(/^$|^https?:\/\/[^\s@/?#]+(?:[/?#]\S*)?$/, {
    error: 'must be an address that begins with http:// or https://, without a password in it',
    abort: true,
  })
  .refine((url) => url === '' || URL.canParse(url), 'must be a whole address such as https://example.com/a.png');

const extensionGroup = z
  .strictObject({
    name: label.optional().describe('How the group is called where people choose. Default: its key.'),
    description: z.string().default('').describe('What the group is for, in a few words.'),
    extensions: z
      .array(extension)
      .default([])
      .describe('Extensions to install: publisher.name, or the absolute path of a .vsix file.'),
    user_settings: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("Settings merged into the code-server's settings.json; what is there and not named here stays.")
      .meta({ examples: [{ 'editor.formatOnSave': true }] }),
  })
  .describe('Extensions that belong together, with their settings.');

const server = z
  .strictObject({
    default_port: port.default(8000).describe('Port of the API where it is reachable over TCP.'),
    code_server_port_range: z
      .strictObject({
        start: port.default(8010).describe('First port.'),
        end: port.default(8100).describe('Last port, itself included.'),
      })
      .prefault({})
      .describe('Ports that code-servers get. Ignored in the devbox.yaml of a workspace.'),
  })
  .prefault({})
  .describe('Ports.');

const uiSettings = z
  .strictObject({
    auto_refresh_interval: z
      .int()
      .min(500)
      .max(3_600_000)
      .default(5000)
      .describe('Milliseconds between two looks at health, CPU and memory while somebody watches.'),
    show_advanced_options: z
      .boolean()
      .default(false)
      .describe('Ask for port, memory limit, arguments and the like when a code-server is created.'),
    enable_dark_mode: z
      .boolean()
      .default(true)
      .describe('Begin new code-servers, and show the web page, in dark colours.'),
  })
  .prefault({})
  .describe('How the pages look and behave.');

const uiWorkspace = z
  .strictObject({
    default_type: z
      .enum([...workspaceTypes, ...(Object.keys(workspaceTypeAliases) as (keyof typeof workspaceTypeAliases)[])])
      .default('empty')
      .describe(
        'What a new workspace is made from unless chosen otherwise. “zip” is read as archive and “github” as git.',
      )
      .meta({ examples: [...workspaceTypes] }),
    max_upload_size_mb: z
      .number()
      .positive()
      .max(100_000)
      .default(100)
      .describe('How large an uploaded archive may be, in megabytes of 1,048,576 bytes.'),
    supported_archive_types: z
      .array(z.enum(archiveTypes))
      .default(['.zip', '.tar.gz'])
      .describe('Kinds of archives that are accepted.'),
  })
  .prefault({})
  .describe('New workspaces.');

const ui = z
  .strictObject({
    default_extension_groups: z
      .array(z.string().meta({ examples: ['python', 'jupyter', 'databricks', 'api-explorer'] }))
      .default(['python', 'jupyter'])
      .describe('Groups that are chosen from the start for a new code-server.'),
    settings: uiSettings,
    workspace: uiWorkspace,
  })
  .prefault({})
  .describe('What people are offered.');

const iconLink = z
  .strictObject({
    lucide_icon: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'must be the name of a Lucide icon, as in book-open')
      .describe('Name of the icon at lucide.dev.')
      .meta({ examples: ['book-open', 'github'] }),
    url: webUrl.describe('Where the icon leads.'),
  })
  .describe('A link shown as an icon.');

const template = z
  .strictObject({
    name: label.describe('Name of the template, unique in its tab.'),
    description: z.string().default('').describe('What one gets, in a sentence or two.'),
    extensions_groups: z.array(z.string()).default([]).describe('Extension groups that are installed with it.'),
    thumbnail_url: noneOrWeb.default('').describe('Picture shown with the template.'),
    github_url: gitAddress
      .default('')
      .describe(
        'Git repository that is cloned: an https or ssh address, user@host:path, or the absolute path of one on this machine; no password in it. Without one the workspace is empty.',
      )
      .meta({ examples: ['https://github.com/example/template', 'git@github.com:example/template.git'] }),
    icon_links: z.array(iconLink).default([]).describe('Links shown with the template.'),
  })
  .describe('A template.');

const tab = z
  .strictObject({
    name: label.describe('Title of the tab, unique.'),
    items: z.array(template).default([]).describe('Templates of the tab.'),
  })
  .describe('A tab of the template gallery.');

export const devboxFileSchema = z
  .strictObject({
    extension_groups: z
      .record(groupKey, extensionGroup)
      .default({})
      .describe('Groups of extensions by key. Without any: python, jupyter, databricks and api-explorer.'),
    server,
    ui,
    packaged_assets: z
      .strictObject({ tabs: z.array(tab).default([]).describe('Tabs of the gallery, in order.') })
      .prefault({})
      .describe('The template gallery.'),
  })
  .describe('Configuration of Devyard: extension groups, ports, what people are offered, templates.');

/** A devbox.yaml that is right, with all defaults filled in. */
export type DevboxFile = z.infer<typeof devboxFileSchema>;

/** Extensions that belong together, with the settings they need. `key` is how other keys of the file name the group. */
export interface ExtensionGroup {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly extensions: readonly string[];
  readonly userSettings: Readonly<Record<string, unknown>>;
}
