import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment } from '../../scripts/lib/npm.mjs';
import type { CodeServerLayout } from '../../scripts/lib/codeServer.mjs';
import { startServer } from './server.ts';
import type { Server } from './server.ts';

export interface Editor extends AsyncDisposable {
  /** `http://127.0.0.1:port` or `http://localhost:port`, without a slash. */
  readonly origin: string;
  readonly server: Server;
}

export interface EditorOptions {
  readonly layout: CodeServerLayout;
  /** A temporary folder for user data, extensions and so on. */
  readonly home: string;
  /** Further environment, such as DEVYARD_DATA_DIR. */
  readonly env?: Readonly<Record<string, string>>;
  /** Merged into the user settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** For settings of scope `machine`: a window with a server reads those from the server's own file only. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
}

/** No dialogs, no panels that are not ours: for steady tests and tidy pictures. */
export const quietSettings = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'window.autoDetectColorScheme': true,
  'git.openRepositoryInParentFolders': 'never',
};

interface Prepared {
  readonly userData: string;
  readonly extensions: string;
  /** Sockets of editors and daemons lie here, and what debuggers leave, so that they go with the rest. */
  readonly runtime: Readonly<Record<'XDG_RUNTIME_DIR' | 'TMPDIR', string>>;
}

async function prepare({ home, settings = {}, machineSettings = {} }: EditorOptions): Promise<Prepared> {
  const runtime = join(home, 'run');
  await mkdir(runtime, { mode: 0o700 });
  const temporary = join(home, 'tmp');
  await mkdir(temporary);
  const userData = join(home, 'user-data');
  const extensions = join(home, 'extensions');
  await mkdir(join(userData, 'User'), { recursive: true });
  await mkdir(join(userData, 'Machine'), { recursive: true });
  await mkdir(extensions, { recursive: true });
  await writeFile(join(userData, 'User', 'settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  await writeFile(join(userData, 'Machine', 'settings.json'), JSON.stringify(machineSettings, null, 2));
  return { userData, extensions, runtime: { XDG_RUNTIME_DIR: runtime, TMPDIR: temporary } };
}

/**
 * VS Code's own server, whose hidden switch lets a page run a test module in the real extension host.
 * Nothing checks who connects, so it is for tests only; it listens on loopback.
 */
export async function startVscodeServer(options: EditorOptions): Promise<Editor> {
  const { userData, extensions, runtime } = await prepare(options);
  const server = await startServer({
    command: options.layout.node,
    args: [
      ...[options.layout.serverMain, '--accept-server-license-terms', '--without-connection-token'],
      ...['--host', '127.0.0.1', '--port', '0', '--enable-smoke-test-driver', '--disable-workspace-trust'],
      ...[
        '--server-data-dir',
        join(options.home, 'server'),
        '--user-data-dir',
        userData,
        '--extensions-dir',
        extensions,
      ],
      ...['--telemetry-level', 'off', '--reconnection-grace-time', '3'],
    ],
    env: cleanEnvironment(options.layout.node, { ...runtime, ...options.env }),
    ready: /Extension host agent listening on (\d+)/,
  });
  const dispose = (): PromiseLike<void> => server[Symbol.asyncDispose]();
  return { origin: `http://localhost:${server.match[1]}`, server, [Symbol.asyncDispose]: dispose };
}

/** A real code-server without a password, on loopback, with `vsix` installed. */
export async function startCodeServer(
  options: EditorOptions & { vsix?: string; folder: string; port?: number },
): Promise<Editor> {
  const { layout, home, vsix, folder, port = await freePort() } = options;
  const { userData, extensions, runtime } = await prepare(options);
  const shared = ['--user-data-dir', userData, '--extensions-dir', extensions, '--config', join(home, 'config.yaml')];
  const env = cleanEnvironment(layout.node, { ...runtime, ...options.env });
  if (vsix !== undefined) {
    await promisify(execFile)(layout.launcher, [...shared, '--install-extension', vsix, '--force'], { env });
  }
  const server = await startServer({
    command: layout.launcher,
    args: [
      ...shared,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--session-socket', join(home, 'session.sock')],
      ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', folder],
    ],
    env,
    ready: /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/,
  });
  const dispose = (): PromiseLike<void> => server[Symbol.asyncDispose]();
  return { origin: `http://127.0.0.1:${port}`, server, [Symbol.asyncDispose]: dispose };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', resolve);
  });
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
