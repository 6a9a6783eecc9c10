import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { ensureChromium } from '../../scripts/lib/browser.mjs';
import { ensureCodeServer } from '../../scripts/lib/codeServer.mjs';
import { ensureVsix } from '../../scripts/lib/vsix.mjs';
import { launchBrowser } from '../support/browser.ts';
import { stopDaemon } from '../support/daemon.ts';
import { quietSettings, startCodeServer } from '../support/editors.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { Workbench } from '../support/workbench.ts';

const root = resolve(import.meta.dirname, '../..');

/** A real code-server with the packaged extension, and a browser to sit in front of it. */
export interface Desk extends AsyncDisposable {
  readonly origin: string;
  /** Everything the editor wrote so far. */
  output(): string;
  readonly context: BrowserContext;
  /** A second browser window: a tab behind another one is hardly ever painted. */
  readonly otherContext: BrowserContext;
  readonly dataDir: string;
  /** What the editor has open. */
  readonly workspace: string;
  /** A folder that exists, for a code-server. */
  readonly project: string;
  /** Further environment of the editor, and so of the daemon. */
  readonly env: Readonly<Record<string, string>>;
  /** The code-servers to come: their executable is a real one behind a switch. */
  readonly codeServers: Switch;
}

export interface DeskOptions {
  /** A machine without any code-server but the one the editor itself is. */
  readonly bare?: boolean;
  /** The devbox.yaml of this computer. Missing: one that chooses no extensions unasked. */
  readonly devboxYaml?: string;
  /** Further settings of scope `machine`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Further environment of the editor, and so of the daemon. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Without it, each code-server would begin with extensions from a gallery that is not there. */
const quietConfig = 'ui:\n  default_extension_groups: []\n';

export type SwitchPosition = 'normal' | 'slow' | 'broken' | 'loud';

/** What a loud start writes to its log: numbered lines. */
export const loudLines = 50_000;

/** Makes the next start of a code-server take eight seconds longer, fail with exit code 3, or begin with a long log. */
export interface Switch {
  turn(position: SwitchPosition): Promise<void>;
}

async function writeSwitch(folder: string, launcher: string): Promise<Switch & { readonly path: string }> {
  const path = join(folder, 'code-server');
  const position = join(folder, 'position');
  const script = [
    '#!/bin/sh',
    'case "$* " in *"--socket "*)',
    `  case "$(cat '${position}')" in`,
    '    slow) sleep 8 ;;',
    `    loud) seq -f 'line %.0f' 1 ${String(loudLines)} ;;`,
    '    broken) echo "error: cannot open the user data folder: No space left on device" >&2; exit 3 ;;',
    '  esac ;;',
    'esac',
    `exec '${launcher}' "$@"`,
  ];
  await mkdir(folder);
  await writeFile(path, `${script.join('\n')}\n`, { mode: 0o755 });
  const turn = (to: SwitchPosition): Promise<void> => writeFile(position, to);
  await turn('normal');
  return { path, turn };
}

/** Sets a desk up; `{reason}` where the machine cannot have its parts. Disposal ends and erases everything, the daemon too. */
export async function openDesk({
  bare = false,
  devboxYaml = quietConfig,
  settings = {},
  env = {},
}: DeskOptions = {}): Promise<{ desk: Desk } | { desk?: undefined; reason: string }> {
  const chromium = await ensureChromium();
  if (chromium.path === undefined) return { reason: chromium.reason };
  const codeServer = await ensureCodeServer();
  if (codeServer.layout === undefined) return { reason: codeServer.reason };
  const { layout } = codeServer;

  await using stack = new AsyncDisposableStack();
  const home = stack.use(await temporaryFolder('devyard-e2e-'));
  const [dataDir, project, workspace] = ['data', 'api', 'workspace'].map((name) => join(home.path, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [project, workspace]) {
    await mkdir(path);
    await writeFile(join(path, 'README.md'), '# Read me\n');
  }
  await mkdir(dataDir, { mode: 0o700 });
  await writeFile(join(dataDir, 'devbox.yaml'), devboxYaml);
  const codeServers = await writeSwitch(join(home.path, 'bin'), layout.launcher);
  const vsix = join(root, 'test-results', 'devyard.vsix');
  await ensureVsix(vsix);
  // After the editor and its windows: one that is still open would start a new daemon at once.
  stack.defer(() => stopDaemon(dataDir));
  const editor = stack.use(
    await startCodeServer({
      layout,
      home: home.path,
      vsix,
      folder: workspace,
      env: { ...env, DEVYARD_DATA_DIR: dataDir, ...(bare ? { PATH: '/usr/bin:/bin' } : {}) },
      machineSettings: bare ? {} : { 'devyard.codeServer.path': codeServers.path, ...settings },
    }),
  );
  const browser = stack.adopt(await launchBrowser(chromium.path), (one) => one.close());
  const newContext = (): Promise<BrowserContext> => browser.newContext({ viewport: { width: 1280, height: 800 } });
  const [context, otherContext] = [await newContext(), await newContext()];
  const kept = stack.move();
  const dispose = (): Promise<void> => kept.disposeAsync();
  return {
    desk: {
      origin: editor.origin,
      output: () => editor.server.output(),
      context,
      otherContext,
      dataDir,
      workspace,
      project,
      env,
      codeServers,
      [Symbol.asyncDispose]: dispose,
    },
  };
}

/** Gives the code-servers that exist the same quiet settings as the editor; they are read at once. */
export async function quietenCodeServers({ dataDir }: Desk): Promise<void> {
  for (const id of await readdir(join(dataDir, 'code-servers'))) {
    const user = join(dataDir, 'code-servers', id, 'user-data', 'User');
    await mkdir(user, { recursive: true });
    await writeFile(join(user, 'settings.json'), JSON.stringify(quietSettings, null, 2));
  }
}

/** Leaves pictures of all pages and everybody's log in test-results/e2e-failure/. */
export async function keepEvidence(desk: Desk, workbenches: readonly Workbench[]): Promise<void> {
  const folder = join(root, 'test-results', 'e2e-failure');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [index, page] of [...desk.context.pages(), ...desk.otherContext.pages()].entries()) {
    await page.screenshot({ path: join(folder, `page-${String(index + 1)}.png`) });
  }
  for (const [index, { log }] of workbenches.entries()) {
    await writeFile(join(folder, `window-${String(index + 1)}.log`), `${log.join('\n')}\n`);
  }
  await writeFile(join(folder, 'editor.log'), desk.output());
  await copyFile(join(desk.dataDir, 'daemon.log'), join(folder, 'daemon.log')).catch(() => {});
}
