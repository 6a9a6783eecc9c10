import { join } from 'node:path';
import type { CodeServerDefinition } from './model.ts';

export interface CodeServerPaths {
  /** Holds `server.json`, `user-data`, `extensions`. */
  readonly home: string;
  readonly userData: string;
  readonly extensions: string;
  readonly definitionFile: string;
  readonly configFile: string;
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
    socket: join(sockets, `${short}.s`),
    sessionSocket: join(sockets, `${short}.i`),
  };
}

/** code-server's arguments (https://coder.com/docs/code-server/FAQ and `code-server --help`). */
export function argumentsOf(definition: CodeServerDefinition, paths: CodeServerPaths): readonly string[] {
  return [
    '--socket',
    paths.socket,
    '--socket-mode',
    '600',
    '--auth',
    'none',
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
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && (inherited.includes(name) || name.startsWith('LC_'))) env[name] = value;
  }
  if (env['PATH'] !== undefined) env['PATH'] = withoutEditor(env['PATH']);
  if (definition.memoryLimitMb !== null)
    env['NODE_OPTIONS'] = `--max-old-space-size=${String(definition.memoryLimitMb)}`;
  return { ...env, ...definition.env };
}

/** An editor's terminals and extension hosts have its remote command line first on the PATH; a server must not inherit that. */
export function withoutEditor(path: string): string {
  return path
    .split(':')
    .filter((folder) => !/[/\\]bin[/\\]remote-cli[/\\]?$/.test(folder))
    .join(':');
}
