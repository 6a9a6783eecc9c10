// The demo: the packaged extension in a real code-server, all of it below .demo/ in the repository.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isAlive } from './alive.mjs';
import { ensureCodeServer } from './codeServer.mjs';
import { endEarlierDemo, runEditor } from './demoEditor.mjs';
import { writeSettings } from './demoSettings.mjs';
import { cleanEnvironment } from './npm.mjs';
import { freePort } from './ports.mjs';
import { run, say, step } from './run.mjs';
import { root } from './toolchain.mjs';
import { ensureVsix } from './vsix.mjs';

const demo = join(root, '.demo');
const places = {
  workspace: join(demo, 'workspace'),
  userData: join(demo, 'user-data'),
  extensions: join(demo, 'extensions'),
  data: join(demo, 'data'),
  password: join(demo, 'password'),
  vsix: join(demo, 'devyard.vsix'),
  installed: join(demo, 'extensions', '.installed'),
  editor: join(demo, 'editor.json'),
};

const readme = `# Devyard demo

1. Click the Devyard icon in the activity bar.
2. Create a code-server for a folder, see it start, and open it.
3. Reload this window while it runs: nothing is lost.

Everything here lives in \`.demo/\` and can be thrown away.
`;

/** Text of a file, or of what `make` gives when there is none yet. */
async function once(file, make, mode) {
  const text = make();
  await writeFile(file, text, { flag: 'wx', mode }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return readFile(file, 'utf8');
}

async function installExtension(launcher, shared, env, stamp) {
  const before = await readFile(places.installed, 'utf8').catch(() => '');
  if (before === stamp) return;
  const { code, output } = await step('installing the extension', () =>
    run(launcher, [...shared, '--install-extension', places.vsix, '--force'], { env, quiet: true }),
  );
  if (code !== 0) throw new Error(`the editor refused the extension:\n${output.trim()}`);
  await writeFile(places.installed, stamp);
}

/** The daemon is nobody's child: it survives the editor on purpose, and whoever ends the demo should know. */
async function tellAboutDaemon() {
  const file = await readFile(join(places.data, 'daemon.json'), 'utf8').catch(() => undefined);
  const { pid } = file ? JSON.parse(file) : {};
  if (!pid || !isAlive(pid)) return;
  say(`The Devyard daemon (pid ${pid}) and what it runs go on; it ends by itself when nothing runs.`);
  say(`  to stop it now:  ${process.execPath} dist/cli.js stop --data-dir ${places.data}`);
}

async function main() {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8080' } } });
  for (const folder of [places.workspace, places.extensions, places.data]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const running = await endEarlierDemo(places.editor);
  if (running) {
    say(`The demo of this clone runs already (pid ${running.owner}): ${running.url}, password in .demo/password`);
    return;
  }

  const stamp = await ensureVsix(places.vsix);
  // After the build, whose command line installs it.
  const { layout, reason } = await ensureCodeServer();
  if (!layout) throw new Error(reason);
  await once(join(places.workspace, 'README.md'), () => readme);
  await writeSettings(demo, places.userData, layout.launcher);
  const password = (await once(places.password, () => `${randomBytes(12).toString('base64url')}\n`, 0o600)).trim();
  const shared = ['--user-data-dir', places.userData, '--extensions-dir', places.extensions];
  shared.push('--config', join(demo, 'config.yaml'));
  const env = cleanEnvironment(process.execPath, { DEVYARD_DATA_DIR: places.data });
  await installExtension(layout.launcher, shared, env, stamp);

  const port = await freePort(Number(values.port));
  // A socket's path may have some 100 bytes, and a clone may lie deep.
  const sockets = await mkdtemp(join(tmpdir(), 'devyard-demo-'));
  const url = `http://127.0.0.1:${port}/`;
  const code = await runEditor({
    command: layout.launcher,
    args: [
      ...shared,
      ...['--auth', 'password', '--bind-addr', `127.0.0.1:${port}`, '--session-socket', join(sockets, 'session.sock')],
      ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', places.workspace],
    ],
    // Not as an argument, which every user of the machine could read; code-server takes it out of its environment.
    env: { ...env, PASSWORD: password },
    record: places.editor,
    about: { url, sockets },
    onReady: () => {
      say(`\n  Devyard is ready in a real editor:  ${url}`);
      say(`  Password:                           ${password}   (kept in .demo/password)`);
      say('  Ctrl+C ends the editor.\n');
    },
  });
  await rm(places.editor, { force: true });
  await rm(sockets, { recursive: true, force: true });
  await tellAboutDaemon();
  process.exit(code);
}

try {
  await main();
} catch (error) {
  say(`\n✗ ${error.message}`);
  process.exit(1);
}
