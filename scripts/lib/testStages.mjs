// The stages of `npm test`. Each runs whatever became of those before it; one line at the end says how it all went.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDocker } from './docker.mjs';
import { duration, run, say } from './run.mjs';
import { root } from './toolchain.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
const reports = join(root, 'test-results');
/** Sources have no "type": the bundles beside them are CommonJS. */
const nodeFlags = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];

/** A check passes or fails as a whole. */
async function check(command, args, quiet) {
  const { code, output } = await run(command, args, { cwd: root, quiet });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [], output };
}

/** Runs a program that leaves its summary in `report`; without one it failed as a whole. */
async function reported(report, command, args, { quiet, env = {} }) {
  await rm(report, { force: true });
  const all = { ...process.env, ...env, DEVYARD_TEST_REPORT: report };
  const { code, output } = await run(command, args, { cwd: root, env: all, quiet });
  const summary = existsSync(report)
    ? JSON.parse(await readFile(report, 'utf8'))
    : { passed: 0, failed: 1, skipped: [] };
  // Whatever made the exit code wrong must not be lost because no single test is to blame.
  return { ...summary, ...(code !== 0 && summary.failed === 0 ? { failed: 1 } : {}), output };
}

function vitest(project, options) {
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts', 'lib', 'vitestReporter.mjs')}`];
  return reported(
    join(reports, `${project}.json`),
    bin('vitest'),
    ['run', '--project', project, ...reporters],
    options,
  );
}

/** With a Docker engine where one can be had; the tests that need one say why not otherwise. */
async function vitestWithDocker(project, quiet) {
  const docker = await ensureDocker();
  if (docker.socket === undefined) return vitest(project, { quiet });
  try {
    return await vitest(project, { quiet, env: { DEVYARD_TEST_DOCKER: docker.socket } });
  } finally {
    await docker.close();
  }
}

/** Each says what it came to. `quiet`: its output is not shown but handed back. */
const stages = {
  format: ['Format (Prettier)', (quiet) => check(bin('prettier'), ['--check', '--log-level', 'warn', '.'], quiet)],
  lint: ['Lint and direction of dependence (oxlint)', (quiet) => check(bin('oxlint'), ['--type-aware'], quiet)],
  types: ['Types (tsc)', (quiet) => check(bin('tsc'), ['--noEmit'], quiet)],
  unused: ['Unused code and packages (knip)', (quiet) => check(bin('knip'), [], quiet)],
  build: [
    'Build and bundle sizes (esbuild)',
    (quiet) => check(process.execPath, ['esbuild.mjs', '--production'], quiet),
  ],
  unit: ['Unit tests', (quiet) => vitest('unit', { quiet })],
  integration: ['Integration tests: real processes, real sockets', (quiet) => vitest('integration', { quiet })],
  remote: ['Remote workspaces: real containers, real SSH', (quiet) => vitestWithDocker('remote', quiet)],
  vscode: [
    'Inside a real extension host',
    (quiet) =>
      reported(join(reports, 'vscode.json'), process.execPath, [...nodeFlags, 'test/vscode/run.mts'], { quiet }),
  ],
  e2e: ['A real browser on a real workbench', (quiet) => vitestWithDocker('e2e', quiet)],
};

/** These wait more than they work, have nothing in common, and so go side by side. */
const pair = ['integration', 'remote'];

/** What goes one after the other, and within that side by side. */
function turnsOf(chosen) {
  const isPair = pair.every((name) => chosen.includes(name));
  return chosen
    .filter((name) => !isPair || name !== pair[1])
    .map((name) => (isPair && name === pair[0] ? pair : [name]));
}

async function runStage(name, quiet) {
  const [title, work] = stages[name];
  if (!quiet) say(`\n━━━ ${title}`);
  const start = performance.now();
  const { output, ...summary } = await work(quiet);
  return { name, title, output, summary, took: performance.now() - start };
}

function choose(names) {
  const unknown = names.filter((name) => !Object.hasOwn(stages, name));
  if (unknown.length > 0) {
    say(`No such stage: ${unknown.join(', ')}. There are: ${Object.keys(stages).join(', ')}`);
    process.exit(2);
  }
  return Object.keys(stages).filter((name) => names.length === 0 || names.includes(name));
}

async function main(names) {
  const chosen = choose(names);
  const began = performance.now();
  const total = { passed: 0, failed: 0, skipped: 0 };
  const lines = [];
  await mkdir(reports, { recursive: true });
  for (const turn of turnsOf(chosen)) {
    // The terminal belongs to the first one; the other ones are read after it.
    const done = await Promise.all(turn.map((name, index) => runStage(name, index > 0)));
    for (const { title, output } of done.slice(1)) say(`\n━━━ ${title}\n${output}`);
    for (const { name, summary, took } of done) {
      const { passed, failed, skipped } = summary;
      total.passed += passed;
      total.failed += failed;
      total.skipped += skipped.length;
      const counts = `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
      lines.push(`${failed === 0 ? '✓' : '✗'} ${name.padEnd(12)} ${counts} in ${duration(took)}`);
      lines.push(...skipped.map((test) => `    skipped: ${test.reason} (${test.name})`));
    }
  }
  say(`\n━━━ All stages in ${duration(performance.now() - began)}\n${lines.join('\n')}\n`);
  say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exit(total.failed === 0 ? 0 : 1);
}

await main(process.argv.slice(2));
