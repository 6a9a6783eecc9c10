import { flag, list, numberOr, path, text, value, type ValueOf, wholeNumber } from './kinds.ts';
import {
  cpus,
  fileOrInput,
  fingerprint,
  orNone,
  portRange,
  publish,
  unixUser,
  variable,
  volume,
} from './dokployReaders.ts';
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
  // Dokploy servers
  name: value('NAME', text, 'what it is called here; else its host'),
  url: value('URL', text, 'its address'),
  'api-key-file': value('FILE|-', fileOrInput, 'holds the API key; “-” is the standard input'),
  'new-api-key': flag('give another API key: that of DEVYARD_DOKPLOY_API_KEY, else it is asked for'),
  certificate: value('FINGERPRINT|none', fingerprint, 'the one certificate to accept, by its SHA-256 fingerprint'),
  // Dokploy workspaces
  server: value('ID|NAME', text, 'Dokploy server, where there are several'),
  project: value('NAME', text, 'project, which is made where there is none; devyard when missing'),
  environment: value('NAME', text, "environment, which is made where there is none; else the project's default one"),
  target: value('ID|NAME', text, 'machine that runs it; else the one that Dokploy runs on'),
  docker: flag('with a Docker engine inside, as a privileged compose service'),
  user: value('USER', unixUser, 'who logs in'),
  'image-sshd': flag('its image starts sshd itself, given AUTHORIZED_KEY'),
  'ssh-port-range': value('FROM-TO', portRange, 'ports to take one of for SSH; 2222-2250 when missing'),
  'ssh-port': value('N', wholeNumber(1, 65_535), 'port of sshd inside; 22 when missing'),
  'private-key': value('FILE|-', fileOrInput, 'private key that logs in; without one a new key is made'),
  repository: value('URL', text, 'clone a Git repository in it'),
  'clone-to': value('DIR', text, 'clone into this folder of the workspace'),
  image: value('IMAGE', text, 'Docker image'),
  registry: value('URL|none', orNone, 'where the image is pulled from with a password'),
  'registry-user': value('USER', text, 'who pulls the image'),
  'registry-password-file': value(
    'FILE|-',
    fileOrInput,
    'holds the password; else DEVYARD_REGISTRY_PASSWORD, or it is asked for',
  ),
  cpus: value('N|none', cpus, 'limit of processor cores, such as 1.5'),
  memory: value('MB|none', numberOr('none', 16, 16_777_216), 'limit of memory in MiB'),
  env: list('NAME[=VALUE]', variable, 'environment variable; without a value that of this shell'),
  'env-file': value('FILE|-', fileOrInput, 'environment variables, one NAME=VALUE a line'),
  'unset-env': list('NAME', text, 'remove an environment variable'),
  'no-env': flag('remove all others'),
  volume: list('NAME:DIR', volume, 'volume that outlives a redeploy; one for the home folder when missing'),
  'no-volumes': flag('no volumes: nothing outlives a redeploy'),
  publish: list('PORT:PORT[/udp]', publish, "publish a port: the machine's, then the workspace's"),
  'no-publish': flag('publish no port besides that of SSH'),
  'idle-stop': value('MINUTES|never', numberOr('never', 1, 100_000), 'it ends itself after so long without SSH'),
  'forward-agent': flag('it may use the keys of the SSH agent here while somebody is connected'),
  'no-forward-agent': flag('it may not'),
  'local-port': value('N', wholeNumber(1, 65_535), 'port here; else a free one'),
  volumes: flag('erase what its volumes hold, too'),
  forget: flag('only forget it here; on the server it stays as it is'),
  refresh: flag('ask the servers now'),
  deploy: flag('the log of its newest deployment'),
  container: flag('the log of its container; this one when missing'),
  include: flag("include Devyard's ssh config in ~/.ssh/config"),
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
