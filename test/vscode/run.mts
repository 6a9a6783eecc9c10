// Runs test/vscode/suite in the real extension host of a real VS Code server, with the built extension.
//
//   node test/vscode/run.mts [--real] [--extension FOLDER] [--suite FILE]
//
// `--real` gives the suite the real code-server to run, too; without it the scriptable fake, which starts in 0.1 s.
// The suite's index exports `run(): Promise<void>` and reports each test as a line on the console:
// `ok NAME`, `not ok NAME: reason` or `skip NAME: reason` (see ../support/results.ts). A rejected run() is a failure.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildEntry, editorOptions, root } from '../../esbuild.mjs';
import { ensureChromium } from '../../scripts/lib/browser.mjs';
import { ensureCodeServer } from '../../scripts/lib/codeServer.mjs';
import { launchBrowser } from '../support/browser.ts';
import { stopDaemon } from '../support/daemon.ts';
import { startVscodeServer } from '../support/editors.ts';
import { Results } from '../support/results.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { dokployForSuite } from './dokploy.ts';

const { values } = parseArgs({
  options: {
    real: { type: 'boolean', default: false },
    extension: { type: 'string', default: root },
    suite: { type: 'string', default: join(root, 'test/vscode/suite/index.ts') },
    timeout: { type: 'string', default: '180' },
  },
});

/** A promise of the exit code, to be settled from outside. */
function once(): { promise: Promise<number>; resolve: (code: number) => void; reject: (error: Error) => void } {
  let resolve: (code: number) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<number>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

async function main(): Promise<Results> {
  const results = new Results();
  const chromium = await ensureChromium();
  const codeServer = await ensureCodeServer();
  if (chromium.path === undefined || codeServer.layout === undefined) {
    const reason = chromium.path === undefined ? chromium.reason : 'reason' in codeServer ? codeServer.reason : '';
    results.skip('the extension in a real extension host', reason);
    return results;
  }

  await using home = await temporaryFolder('devyard-vscode-');
  const folder = join(home.path, 'workspace');
  await mkdir(folder);
  await writeFile(join(folder, 'README.md'), '# Workspace of a test\n');
  const suite = join(home.path, 'suite', 'index.js');
  await buildEntry(resolve(values.suite), suite, editorOptions);

  const dataDir = join(home.path, 'data');
  // Ends after the editor, whose windows would start a new one at once.
  await using _daemon = { [Symbol.asyncDispose]: () => stopDaemon(dataDir) };
  const dokploy = await dokployForSuite();
  await using _dokploy = 'told' in dokploy ? dokploy : undefined;
  await using editor = await startVscodeServer({
    layout: codeServer.layout,
    home: home.path,
    env: {
      DEVYARD_DATA_DIR: dataDir,
      DEVYARD_TEST_DOKPLOY: 'told' in dokploy ? JSON.stringify(dokploy.told) : dokploy.reason,
      DEVYARD_TEST_CODE_SERVER: values.real ? codeServer.layout.launcher : join(root, 'test/support/bin/code-server'),
    },
  });
  await using browser = await launchBrowser(chromium.path);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const ended = once();
  await page.exposeFunction('codeAutomationExit', (code: number) => ended.resolve(code));
  const log: string[] = [];
  let listening = true;
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
    const message = args.map(String).join(' ');
    log.push(message);
    // While it shuts down an editor complains about whatever it had not finished.
    if (listening) results.read(message);
  });
  page.on('crash', () => ended.reject(new Error('the page crashed')));
  const authority = new URL(editor.origin).host;
  const remote = (path: string): string => `vscode-remote://${authority}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(resolve(values.extension))],
    ['extensionTestsPath', remote(suite)],
  ];
  const query = new URLSearchParams({ folder, payload: JSON.stringify(payload) });
  await page.goto(`${editor.origin}/?${query.toString()}`);

  const seconds = Number(values.timeout);
  const timer = setTimeout(() => ended.reject(new Error(`no result within ${seconds} s`)), seconds * 1000);
  try {
    const code = await ended.promise;
    if (code !== 0 && results.failed === 0) results.fail('run()', `ended with code ${code}`);
    if (code === 0 && results.total === 0) results.fail('run()', 'reported no test');
  } catch (error) {
    await page.screenshot({ path: join(root, 'test-results', 'vscode-failure.png') }).catch(() => {});
    results.fail('run()', String(error));
  } finally {
    clearTimeout(timer);
    listening = false;
  }
  if (results.failed > 0) {
    const file = join(root, 'test-results', 'vscode.log');
    await writeFile(file, `${log.join('\n')}\n\n--- server\n${editor.server.output()}`);
    process.stdout.write('What the editor said is in test-results/vscode.log\n');
  }
  await page.close({ runBeforeUnload: true });
  return results;
}

await mkdir(join(root, 'test-results'), { recursive: true });
const results = await main();
const report = join(root, 'test-results', values.real ? 'vscode-real.json' : 'vscode.json');
await writeFile(report, JSON.stringify(results.summary()));
process.exit(results.failed === 0 ? 0 : 1);
