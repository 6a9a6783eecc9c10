import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * The direction of dependence is a lint rule; here each rule is seen to fail. Every case becomes a file of its own at
 * the same relative path in an empty tree with the repository's own configuration, and one run of the linter judges all.
 */
const root = resolve(import.meta.dirname, '../../..');
const plannedManagers = ['codeServers', 'devServers', 'dokploy', 'sessions', 'tasks', 'terminals'];

interface Case {
  readonly file: string;
  readonly code: string;
  readonly legal: boolean;
}

const bad = (folder: string, ...sources: readonly string[]): Case[] =>
  sources.map((source) => ({ file: folder, code: `import '${source}';`, legal: false }));
const good = (folder: string, ...sources: readonly string[]): Case[] =>
  sources.map((source) => ({ file: folder, code: `import '${source}';`, legal: true }));
const goodType = (folder: string, source: string): Case => ({
  file: folder,
  code: `import type { Thing } from '${source}';\nexport type Mine = Thing;`,
  legal: true,
});

const heavy = [
  'dockerode',
  'ssh2',
  'fastify',
  '@fastify/static',
  'kysely',
  'execa',
  'get-port',
  'node:sqlite',
  'pg',
  'zod',
];
const noHttp = ['node:http', 'node:https', 'node:http2', 'http', 'https', 'fastify', '@fastify/static', 'undici', 'ws'];

const ruleCases: readonly Case[] = [
  ...bad(
    'src/managers/shared',
    'vscode',
    ...noHttp,
    '../../api/contract/daemon.ts',
    '../../views/tree.ts',
    '../../daemon.ts',
  ),
  ...bad('src/managers/shared/logs', '../../codeServers/model.ts', '../../../api/client/client.ts', '../../../cli.ts'),
  ...good('src/managers/shared', 'node:fs/promises', 'node:net', 'kysely', 'execa', './errors.ts', './logs/types.ts'),
  ...good('src/managers/shared/logs', '../errors.ts', './types.ts'),

  ...bad('src/managers/codeServers', 'vscode', ...noHttp, '../../api/server/server.ts', '../../api/contract/daemon.ts'),
  ...bad('src/managers/codeServers', '../../views/tree.ts', '../../extension.ts', '../../daemon.ts', '../../cli.ts'),
  ...bad('src/managers/codeServers/engine', '../../sessions/model.ts', '../../../api/contract/daemon.ts'),
  ...good('src/managers/codeServers', '../shared/errors.ts', './model.ts', './engine/install.ts', 'execa', 'node:path'),
  ...good('src/managers/codeServers/engine', '../../shared/errors.ts', '../model.ts'),

  ...bad('src/managers/dokploy', '../../http/http.ts', '../../api/contract/dokploy.ts', '../../views/tree.ts'),
  ...bad('src/managers/dokploy/machines', '../../../http/http.ts', '../../../api/server/server.ts'),
  ...good('src/managers/dokploy', './api/types.ts', './api/client.ts'),
  ...good('src/managers/dokploy/machines', '../api/types.ts'),

  ...bad('src/http', 'vscode', 'fastify', 'zod', 'execa', 'https-proxy-agent', 'undici', '../daemon.ts', '../cli.ts'),
  ...bad('src/http', '../managers/shared/errors.ts', '../managers/dokploy/model.ts', '../api/client/client.ts'),
  ...bad('src/http', '../managers/dokploy/api/client.ts', '../views/tree.ts', '../provider/run.ts'),
  ...good(
    'src/http',
    'node:https',
    'node:tls',
    'ws',
    'proxy-from-env',
    './dial.ts',
    '../managers/dokploy/api/types.ts',
  ),

  ...bad('src/api/contract', 'vscode', 'fastify', 'node:fs', 'node:http', '../client/client.ts', '../server/server.ts'),
  ...bad('src/api/contract', '../../managers/shared/errors.ts', '../../views/tree.ts', 'zod/mini'),
  ...good('src/api/contract', 'zod', './common.ts', './codeServers.ts', 'node:path'),

  ...bad(
    'src/api/client',
    'vscode',
    ...heavy,
    '../server/server.ts',
    '../../managers/shared/errors.ts',
    '../../views/tree.ts',
  ),
  ...bad('src/api/client', '../contract/codeServers.ts', '../../daemon.ts'),
  ...good(
    'src/api/client',
    'node:http',
    'node:net',
    '../contract/routes.ts',
    '../contract/discovery.ts',
    './errors.ts',
  ),
  goodType('src/api/client', '../contract/codeServers.ts'),

  ...bad(
    'src/api/server',
    'vscode',
    '../../views/tree.ts',
    '../client/client.ts',
    '../../daemon.ts',
    '../../extension.ts',
  ),
  ...bad('src/api/server/proxy', '../../../views/tree.ts', '../../client/client.ts'),
  ...good(
    'src/api/server',
    'node:http',
    'fastify',
    'zod',
    '../contract/daemon.ts',
    '../../managers/codeServers/ports.ts',
  ),

  ...bad(
    'src/views/codeServers',
    ...heavy,
    '../../managers/shared/errors.ts',
    '../../api/server/server.ts',
    '../../daemon.ts',
  ),
  ...bad('src/views/codeServers', '../../api/contract/codeServers.ts', '../../dashboard/main.ts'),
  ...bad('src/views', '../managers/codeServers/model.ts', '../api/server/server.ts', '../http/http.ts'),
  ...bad('src/api/client', '../../http/http.ts'),
  ...good(
    'src/views/codeServers',
    'vscode',
    '../../api/client/client.ts',
    '../../api/contract/routes.ts',
    '../shared/format.ts',
  ),
  goodType('src/views/codeServers', '../../api/contract/codeServers.ts'),

  ...bad(
    'src/extension.ts',
    ...heavy,
    './managers/shared/errors.ts',
    './api/server/server.ts',
    './daemon.ts',
    './cli.ts',
  ),
  ...good('src/extension.ts', 'vscode', './views/codeServers/tree.ts', './api/client/client.ts', 'node:path'),

  ...bad('src/daemon.ts', 'vscode', './views/codeServers/tree.ts', './extension.ts'),
  ...good('src/daemon.ts', './managers/codeServers/manager.ts', './api/server/server.ts', 'node:http'),
  ...bad('src/cli.ts', 'vscode', './views/codeServers/tree.ts', './extension.ts'),
  ...bad('src/cli', 'vscode', '../views/tree.ts', '../extension.ts'),
  ...good('src/cli', '../api/client/client.ts', '../daemon.ts', './output.ts'),
  ...good('src/cli.ts', './api/client/client.ts', './daemon.ts', './api/contract/routes.ts'),

  ...bad('src/provider.ts', 'vscode', 'zod', './daemon.ts', './cli.ts', './extension.ts', './daemon/proxies.ts'),
  ...bad(
    'src/provider.ts',
    './api/server/server.ts',
    './managers/dokploy/manager.ts',
    './managers/codeServers/model.ts',
  ),
  ...bad('src/provider', 'vscode', 'zod', 'execa', 'fastify', '../daemon.ts', '../cli/output.ts', '../views/tree.ts'),
  ...bad(
    'src/provider/verbs',
    '../../api/client/client.ts',
    '../../api/contract/routes.ts',
    '../../api/server/server.ts',
  ),
  ...bad('src/provider/verbs', '../../managers/dokploy/model.ts', '../../managers/devServers/model.ts'),
  ...good(
    'src/provider/verbs',
    'node:stream',
    'ssh2',
    '../readers.ts',
    '../../http/http.ts',
    '../../managers/shared/errors.ts',
    '../../managers/dokploy/api/client.ts',
    '../../managers/dokploy/ssh/keys.ts',
    '../../managers/dokploy/machines/ensureMachine.ts',
  ),
  ...good('src/provider.ts', './build.ts', './provider/run.ts', './managers/shared/clock.ts'),

  ...bad(
    'src/dashboard',
    'vscode',
    'node:path',
    ...heavy,
    '../views/tree.ts',
    '../managers/shared/errors.ts',
    '../api/server/server.ts',
  ),
  ...good('src/dashboard', '../api/client/client.ts', './chart.ts'),

  ...bad('src/somewhere', 'vscode'),
  { file: 'src/managers/codeServers', code: "export const load = () => import('vscode');", legal: false },
  { file: 'src/managers/codeServers', code: "export { thing } from '../devServers/model.ts';", legal: false },
  {
    file: 'src/views/codeServers',
    code: "import type { Thing } from '../../managers/codeServers/model.ts';\nexport type A = Thing;",
    legal: false,
  },
  { file: 'src/managers/codeServers', code: "console.log('x');", legal: false },
  { file: 'src/cli.ts', code: "process.stdout.write('x');", legal: true },
];

/** Managers that exist, so that a new one cannot be forgotten in the rule. */
async function managers(): Promise<string[]> {
  const entries = await readdir(join(root, 'src/managers'), { withFileTypes: true });
  const present = entries.filter((entry) => entry.isDirectory() && entry.name !== 'shared').map(({ name }) => name);
  return [...new Set([...plannedManagers, ...present])];
}

async function siblingCases(): Promise<Case[]> {
  const names = await managers();
  return names.flatMap((name) => [
    ...bad('src/managers/shared', `../${name}/model.ts`),
    ...names.filter((other) => other !== name).flatMap((other) => bad(`src/managers/${name}`, `../${other}/model.ts`)),
    ...good(`src/managers/${name}`, '../shared/errors.ts', './model.ts'),
  ]);
}

let cases: readonly Case[] = [];
let complaints: ReadonlyMap<string, readonly string[]> = new Map();
let folder = '';

/** A case for a whole room gets a name of its own; one for a program needs that program's path, so it gets a tree of its own. */
const pathOf = ({ file }: Case, index: number): string =>
  file.endsWith('.ts') ? join(`tree${index}`, file) : join('tree', file, `case${index}.ts`);

async function lint(cwd: string): Promise<Map<string, string[]>> {
  const stdout = await new Promise<string>((done, failed) => {
    execFile(
      join(root, 'node_modules/.bin/oxlint'),
      ['--format=json', '.'],
      { cwd, maxBuffer: 1 << 26 },
      (error, out) => {
        // Exit code 1 means that it found something, which is what is wanted here.
        if (error !== null && error.code !== 1) failed(error);
        else done(out);
      },
    );
  });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  const found = new Map<string, string[]>();
  for (const { filename, code } of diagnostics) found.set(filename, [...(found.get(filename) ?? []), code]);
  return found;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devyard-boundaries-'));
  cases = [...ruleCases, ...(await siblingCases())];
  const trees = new Set<string>();
  for (const [index, one] of cases.entries()) {
    const path = pathOf(one, index);
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), `${one.code}\n`);
    trees.add(path.split('/')[0] ?? '');
  }
  // One run a tree: the configuration's paths are relative to its own folder.
  await Promise.all([...trees].map((tree) => cp(join(root, '.oxlintrc.json'), join(folder, tree, '.oxlintrc.json'))));
  const found = new Map<string, string[]>();
  for (const tree of trees) {
    for (const [file, codes] of await lint(join(folder, tree))) found.set(join(tree, file), codes);
  }
  complaints = found;
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('every forbidden import is reported', () => {
  const missed = cases.filter((one, index) => !one.legal && complaints.get(pathOf(one, index)) === undefined);
  expect(missed).toEqual([]);
  expect(cases.filter(({ legal }) => !legal).length).toBeGreaterThan(150);
});

test('nothing that is allowed is reported', () => {
  const wrong = cases.flatMap((one, index) => {
    const codes = one.legal ? complaints.get(pathOf(one, index)) : undefined;
    return codes === undefined ? [] : [{ ...one, codes }];
  });
  expect(wrong).toEqual([]);
});

test.each(['no-restricted-imports', 'no-console'])('the complaints come from the rule meant: %s', (rule) => {
  expect([...complaints.values()].flat().some((code) => code.includes(rule))).toBe(true);
  expect([...new Set([...complaints.values()].flat())].toSorted()).toEqual([
    'eslint(no-console)',
    'eslint(no-restricted-imports)',
  ]);
});
