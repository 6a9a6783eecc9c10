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
async function check(command, args) {
  const { code } = await run(command, args, { cwd: root });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] };
}

/** Runs a program that leaves its summary in `report`; without one it failed as a whole. */
async function reported(report, command, args, env = {}) {
  await rm(report, { force: true });
  const all = { ...process.env, ...env, DEVYARD_TEST_REPORT: report };
  const { code } = await run(command, args, { cwd: root, env: all });
  const summary = existsSync(report)
    ? JSON.parse(await readFile(report, 'utf8'))
    : { passed: 0, failed: 1, skipped: [] };
  // Whatever made the exit code wrong must not be lost because no single test is to blame.
  return code !== 0 && summary.failed === 0 ? { ...summary, failed: 1 } : summary;
}

function vitest(project, env = {}) {
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts', 'lib', 'vitestReporter.mjs')}`];
  return reported(join(reports, `${project}.json`), bin('vitest'), ['run', '--project', project, ...reporters], env);
}

/** With a Docker engine where one can be had; the tests that need one say why not otherwise. */
async function vitestWithDocker(project) {
  const docker = await ensureDocker();
  if (docker.socket === undefined) return vitest(project);
  try {
    return await vitest(project, { DEVYARD_TEST_DOCKER: docker.socket });
  } finally {
    await docker.close();
  }
}

const host = (report, ...args) =>
  reported(join(reports, report), process.execPath, [...nodeFlags, 'test/vscode/run.mts', ...args]);

const stages = {
  format: ['Format (Prettier)', () => check(bin('prettier'), ['--check', '--log-level', 'warn', '.'])],
  lint: ['Lint and direction of dependence (oxlint)', () => check(bin('oxlint'), ['--type-aware'])],
  types: ['Types (tsc)', () => check(bin('tsc'), ['--noEmit'])],
  unused: ['Unused code and packages (knip)', () => check(bin('knip'), [])],
  build: ['Build and bundle sizes (esbuild)', () => check(process.execPath, ['esbuild.mjs', '--production'])],
  unit: ['Unit tests', () => vitest('unit')],
  integration: ['Integration tests: real processes, real sockets', () => vitestWithDocker('integration')],
  vscode: ['Inside a real extension host', () => host('vscode.json')],
  e2e: ['A real browser on a real workbench', () => vitestWithDocker('e2e')],
};

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
  for (const name of chosen) {
    const [title, work] = stages[name];
    say(`\n━━━ ${title}`);
    const start = performance.now();
    const { passed, failed, skipped } = await work();
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped.length;
    const counts = `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
    lines.push(`${failed === 0 ? '✓' : '✗'} ${name.padEnd(12)} ${counts} in ${duration(performance.now() - start)}`);
    lines.push(...skipped.map((test) => `    skipped: ${test.reason} (${test.name})`));
  }
  say(`\n━━━ All stages in ${duration(performance.now() - began)}\n${lines.join('\n')}\n`);
  say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exit(total.failed === 0 ? 0 : 1);
}

await main(process.argv.slice(2));
