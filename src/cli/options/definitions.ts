import { flag, list, numberOr, path, text, value, type ValueOf, wholeNumber } from './kinds.ts';
import { extension, gitUrl, listen } from './readers.ts';

/** Every option of every command. Which command takes which is said where the command is. */
export const definitions = {
  // The daemon
  listen: value('HOST[:PORT]', listen, 'also listen on TCP; without a port on server.default_port of devbox.yaml'),
  'token-file': value('FILE', path, 'holds the token that callers need, or gets a new one'),
  'idle-exit': flag('end after ten minutes without a client and without a process'),
  'end-running': flag('end what runs, too'),
  // What a code-server is made from
  archive: value('FILE', path, 'fill a new folder from a .zip or .tar.gz file'),
  git: value('URL', gitUrl, 'fill a new folder from a repository: https, ssh or a path'),
  branch: value('BRANCH', text, 'branch or tag instead of the default branch'),
  template: value('NAME', text, 'fill a new folder from a template; see “devyard templates”'),
  tab: value('TAB', text, 'tab of the template, where two tabs have one of that name'),
  folder: value('DIR', path, 'open a folder that exists'),
  // What it gets
  group: list('KEY', text, 'extensions and settings of a group; see “devyard groups”'),
  extension: list('ID|FILE.vsix', extension, 'install an extension'),
  config: value('FILE', path, 'devbox.yaml to take groups and templates from'),
  port: value('N', wholeNumber(1, 65_535), 'port in the configured range; else the first free one'),
  'auto-start': flag('start it whenever Devyard starts'),
  'no-auto-start': flag('start it only when asked to'),
  'stop-when-idle': value(
    'MINUTES|never',
    numberOr('never', 1, 10_080),
    'stop it after so long without a connected browser',
  ),
  'memory-limit': value('MB|none', numberOr('none', 128, 1_048_576), "limit of the server's JavaScript heap"),
  start: flag('start it at once'),
  wait: flag('return when the code-server answers'),
  detach: flag('return at once; the job goes on'),
  // Dev servers
  trust: flag('what its manifest says now may run'),
  write: flag('write the devyard.yaml'),
  source: value('NAME', text, 'only of this process or build, or of “manager”'),
  search: value('TEXT', text, 'only lines that contain it, in whatever case'),
  // What is shown, and how
  json: flag('print JSON, for scripts'),
  all: flag('the whole log, as text'),
  lines: value('N', wholeNumber(1, 100_000), 'the newest N lines; 200 when missing', 'n'),
  follow: flag('print what comes until Ctrl+C', 'f'),
  proxy: flag("through the daemon's own address, which must listen on TCP"),
  'keep-workspace': flag('leave the folder where it is'),
  'erase-workspace': flag('erase the folder, too'),
  // Everywhere
  'data-dir': value(
    'DIR',
    path,
    "data directory (else DEVYARD_DATA_DIR, else the platform's place for application data)",
  ),
  help: flag('what there is, or what the command takes', 'h'),
  version: flag('print the version'),
} as const;

export type OptionName = keyof typeof definitions;
export type OptionValues = { readonly [Name in OptionName]: ValueOf<(typeof definitions)[Name]> };

/** Every command takes these. */
export const globalOptions = ['data-dir', 'help', 'version'] as const satisfies readonly OptionName[];
