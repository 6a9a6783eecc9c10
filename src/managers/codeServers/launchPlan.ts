import { join } from 'node:path';
import { withoutEditor } from '../shared/editorPath.ts';
import { galleryEnvironment } from './extensions/gallery.ts';
import type { CodeServerAccess, CodeServerDefinition } from './model.ts';

export interface CodeServerPaths {
  /** Holds `server.json`, `user-data`, `extensions`. */
  readonly home: string;
  readonly userData: string;
  readonly extensions: string;
  readonly definitionFile: string;
  readonly configFile: string;
  /** Sets up code-server's Node.js, see nodeFlags.ts. */
  readonly nodeFlagsFile: string;
  /** The Unix socket that code-server serves on; short, see maxSocketPathBytes. */
  readonly socket: string;
  /** code-server's own socket for `code-server --reuse-window`; would else lie at a path that may be too long. */
  readonly sessionSocket: string;
}

export function pathsOf(definition: { readonly id: string }, homes: string, sockets: string): CodeServerPaths {
  const home = join(homes, definition.id);
  // The random part of a UUIDv7 is its tail; its head is the time.
  const short = definition.id.replaceAll('-', '').slice(-16);
  return {
    home,
    userData: join(home, 'user-data'),
    extensions: join(home, 'extensions'),
    definitionFile: join(home, 'server.json'),
    configFile: join(home, 'config.yaml'),
    nodeFlagsFile: join(home, 'node-flags.cjs'),
    socket: join(sockets, `${short}.s`),
    sessionSocket: join(sockets, `${short}.i`),
  };
}

/** Where VS Code keeps what a person set (its user data's `User` folder). */
export function settingsFileOf(paths: Pick<CodeServerPaths, 'userData'>): string {
  return join(paths.userData, 'User', 'settings.json');
}

/** code-server's arguments (https://coder.com/docs/code-server/FAQ and `code-server --help`). */
export function argumentsOf(
  definition: CodeServerDefinition,
  paths: CodeServerPaths,
  access: CodeServerAccess = 'devyard',
): readonly string[] {
  return [
    ...(access === 'password' ? onPort(definition.port) : onSocket(paths.socket)),
    '--config',
    paths.configFile,
    '--user-data-dir',
    paths.userData,
    '--extensions-dir',
    paths.extensions,
    '--session-socket',
    paths.sessionSocket,
    '--disable-telemetry',
    '--disable-update-check',
    ...definition.args,
    // Else a last option that lacks its value would take the folder for it.
    '--',
    definition.folder,
  ];
}

function onSocket(socket: string): readonly string[] {
  return ['--socket', socket, '--socket-mode', '600', '--auth', 'none'];
}

/**
 * The variables PORT and CODE_SERVER_HOST, which a person may have set for the programs in the folder, outrank
 * `--bind-addr`; `--host` and `--port` outrank them (`bindAddrFromArgs` in code-server's cli.ts).
 */
function onPort(port: number): readonly string[] {
  const text = String(port);
  return ['--bind-addr', `127.0.0.1:${text}`, '--host', '127.0.0.1', '--port', text, '--auth', 'password'];
}

/** How a process lets people in, by its recorded command line: that is what it runs with, whatever else was lost. */
export function accessOf(command: readonly string[]): CodeServerAccess {
  const at = command.indexOf('--auth');
  return at !== -1 && command[at + 1] === 'password' ? 'password' : 'devyard';
}

const inherited = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_CACHE_HOME',
  'XDG_STATE_HOME',
  'SSH_AUTH_SOCK',
  'GIT_SSH_COMMAND',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'EXTENSIONS_GALLERY',
  'NVM_DIR',
  'JAVA_HOME',
  'GOPATH',
  'CARGO_HOME',
  'RUSTUP_HOME',
];

/**
 * A clean environment: what a login would give, proxies and certificate authorities; none of the editor's or Devyard's own
 * variables, and TLS verification untouched.
 */
export function environmentOf(
  definition: CodeServerDefinition,
  own: Readonly<Record<string, string | undefined>>,
  extensionGallery = '',
  password?: string,
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && (inherited.includes(name) || name.startsWith('LC_'))) env[name] = value;
  }
  if (env['PATH'] !== undefined) env['PATH'] = withoutEditor(env['PATH']);
  if (definition.memoryLimitMb !== null)
    env['NODE_OPTIONS'] = `--max-old-space-size=${String(definition.memoryLimitMb)}`;
  return {
    ...env,
    ...galleryEnvironment(extensionGallery),
    ...(password === undefined ? {} : { CODE_SERVER_COOKIE_SUFFIX: cookieSuffix(definition) }),
    ...definition.env,
    ...(password === undefined ? {} : passwordEnvironment(password)),
  };
}

/**
 * Of what code-server takes (`$PASSWORD`, `$HASHED_PASSWORD`, both in its config file) the variable is best: code-server
 * deletes it from its environment before it starts anything, so that no extension host and no terminal inherits it, and
 * only this user may read /proc/PID/environ. A config file would hold the password in clear text on the disk, where backups
 * find it, while the store has it encrypted. A hash is no better kept than the password: code-server takes the hash itself
 * for the session cookie (`isCookieValid` in its util.ts).
 */
function passwordEnvironment(password: string): Readonly<Record<string, string>> {
  return { PASSWORD: password };
}

/**
 * Cookies know no ports: without it, whoever signs in to one server would be signed out of all others on 127.0.0.1.
 * A variable, because older versions refuse an option that they do not know.
 */
function cookieSuffix({ id }: CodeServerDefinition): string {
  return id.replaceAll('-', '');
}
