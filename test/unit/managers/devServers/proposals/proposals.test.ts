import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseManifest } from '../../../../../src/managers/devServers/manifest/parse.ts';
import type { ProjectPlan } from '../../../../../src/managers/devServers/plan.ts';
import type { Proposal } from '../../../../../src/managers/devServers/proposals/proposal.ts';
import { proposeProjects } from '../../../../../src/managers/devServers/proposals/propose.ts';
import { wordsOf } from '../../../../../src/managers/devServers/proposals/words.ts';
import { memoryFiles } from '../memoryFiles.ts';
import { compose, packageJson, procfile, tasksJson } from './fixtures.ts';

const filesOf = (name: string, text: string) => memoryFiles({ [`/work/My App/${name}`]: text });

async function proposed(name: string, text: string): Promise<readonly (Proposal & { readonly plan: ProjectPlan })[]> {
  const files = filesOf(name, text);
  const proposals = await proposeProjects('/work/My App', files);
  const context = { file: '/work/My App/devyard.yaml', home: '/home/ada', env: {}, files };
  return Promise.all(
    proposals.map(async (proposal) => {
      const parsed = await parseManifest(proposal.text, context);
      if (!parsed.ok) throw new Error(`${proposal.text}\n${JSON.stringify(parsed.problems)}`);
      const [plan] = parsed.plans;
      if (plan === undefined) throw new Error('no plan');
      return { ...proposal, plan };
    }),
  );
}

const commandsOf = (plan: ProjectPlan | undefined): object =>
  Object.fromEntries([...(plan?.processes ?? []), ...(plan?.builds ?? [])].map(({ name, command }) => [name, command]));

describe('a project is proposed from', () => {
  it('the scripts of package.json', async () => {
    const [proposal, ...others] = await proposed('package.json', packageJson);
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({
      source: 'package.json',
      plan: { pluginId: 'my-app', install: { command: ['npm', 'install'] } },
    });
    expect(commandsOf(proposal?.plan)).toEqual({ dev: ['npm', 'run', 'dev'], watch: ['npm', 'run', 'watch'] });
    expect(proposal?.notes.join()).toContain('there are also: start');
  });

  it('the tasks of VS Code', async () => {
    const [proposal] = await proposed('.vscode/tasks.json', tasksJson);
    expect(commandsOf(proposal?.plan)).toEqual({
      'watch-the-page': ['npm', 'run', 'watch'],
      server: ['node', '/work/My App/server.js', '--inspect'],
      'build-all': ['make', 'all'],
    });
    expect(proposal?.plan.builds[0]).toMatchObject({
      cwd: '/work/My App/sub',
      env: { MODE: 'dev' },
      problems: [{ type: 'tsc' }],
    });
    const notes = proposal?.notes.join('\n');
    expect(notes).toContain('“piped” is left out: it needs a shell to take it apart.');
    expect(notes).toContain('“asks” is left out: it uses variables that only the editor knows.');
    expect(notes).toContain('“clean” is left out: it is neither a background task nor in the group build.');
    expect(notes).toContain('“gulp” is left out: it is of the type gulp');
    expect(notes).toContain('“server” waits for other tasks');
  });

  it('a Procfile', async () => {
    const [proposal] = await proposed('Procfile', procfile);
    expect(commandsOf(proposal?.plan)).toEqual({
      web: ['bundle', 'exec', 'rails', 'server', '-p', '${port}'],
      worker: ['node', 'my worker.js'],
    });
    expect(proposal?.plan.processes[0]?.port).not.toBeNull();
    expect(proposal?.plan.processes[1]?.env).toEqual({ NODE_ENV: 'development' });
    expect(proposal?.notes).toEqual([
      '“release” is left out: it runs once for a release, not while developing.',
      '“css” is left out: it needs a shell to take it apart.',
    ]);
  });

  it('a compose file', async () => {
    const [proposal] = await proposed('compose.yml', compose);
    expect(commandsOf(proposal?.plan)).toEqual({
      web: ['docker', 'compose', 'up', 'web'],
      api: ['docker', 'compose', 'up', 'api'],
      db: ['docker', 'compose', 'up', 'db'],
    });
    expect(proposal?.plan.processes.map(({ port }) => port?.range.start)).toEqual([8080, 9000, 5432]);
    expect(proposal?.notes).toHaveLength(3);
  });
});

it('nothing is proposed where there is nothing', async () => {
  expect(await proposeProjects('/work/My App', memoryFiles({}))).toEqual([]);
});

describe('a command line', () => {
  it.each([
    'a | b',
    'a; b',
    'a && b',
    'a > b',
    '$(a)',
    '`a`',
    'a $HOME',
    'a *',
    'a ~/b',
    'a "$X"',
    'a \\ b',
    "a 'b",
    '(a)',
    'a & ',
    '!a',
    'a {b,c}',
    'A=1',
    '',
    "a '${root}'",
    'a\0',
  ])('%j is refused', (line) => {
    expect(wordsOf(line)).toMatchObject({ ok: false });
  });

  it('of plain words is what it says', () => {
    expect(wordsOf(`A=1 B='x y' node "my file".js --port=$PORT \${PORT} ''`)).toEqual({
      ok: true,
      words: ['node', 'my file.js', '--port=${port}', '${port}', ''],
      env: { A: '1', B: 'x y' },
      wantsPort: true,
    });
  });

  it('of many words is read in good time', () => {
    expect(wordsOf(`${'a'.repeat(200_000)}'`)).toMatchObject({ ok: false });
    expect(wordsOf(`${"''".repeat(100_000)}|`)).toMatchObject({ ok: false });
  });
});

const names = ['package.json', '.vscode/tasks.json', 'Procfile', 'compose.yaml'] as const;
const samples = {
  'package.json': packageJson,
  '.vscode/tasks.json': tasksJson,
  Procfile: procfile,
  'compose.yaml': compose,
};

test('a file with something changed is proposed from or not, and what is proposed is a good manifest', async () => {
  const bit = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('"', '{', '[', '${port}', '__proto__', '\0', '\n', 'constructor: a\n'),
  );
  const edit = fc.tuple(fc.nat(1000), fc.nat(10), bit);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.array(edit, { maxLength: 4 }), async (name, edits) => {
      const text = edits.reduce((now, [at, gone, put]) => now.slice(0, at) + put + now.slice(at + gone), samples[name]);
      expect((await proposed(name, text)).length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 500 },
  );
});

const tasksIn = (cwd: string): string =>
  JSON.stringify({ tasks: [{ label: 'a', type: 'process', isBackground: true, command: 'b', options: { cwd } }] });

test.each<readonly [string, string]>([
  ['Procfile', Array.from({ length: 5000 }, (_, index) => `p${String(index)}: a`).join('\n')],
  ['Procfile', `a: ${'x '.repeat(5000)}`],
  ['Procfile', '__proto__: a\nconstructor: b\nx: __proto__=1 a'],
  ['.vscode/tasks.json', '['.repeat(100_000)],
  ['.vscode/tasks.json', `{"tasks":[{"label":"a","type":"process","isBackground":true,"command":"a\\u0000b"}]}`],
  ['.vscode/tasks.json', tasksIn('${workspaceFolder}env')],
  ['.vscode/tasks.json', tasksIn('${workspaceFolder}/../other')],
  ['.vscode/tasks.json', tasksIn('/etc')],
  ['.vscode/tasks.json', tasksIn('~/x')],
  ['compose.yaml', 'services: { "--help": { ports: ["1:1"] }, constructor: { ports: ["1:1"] } }'],
])('hostile %s is no trouble', async (name, text) => {
  for (const { plan } of await proposed(name, text)) expect(plan.processes.length).toBeLessThanOrEqual(50);
});
