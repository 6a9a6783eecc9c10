import { describe, expect, it, test } from 'vitest';
import { parseManifest } from '../../../../../src/managers/devServers/manifest/parse.ts';
import { type DetectedProject, detectProject } from '../../../../../src/managers/devServers/presets/detect.ts';
import { filledIn } from '../../../../../src/managers/devServers/presets/merge.ts';
import type { ProjectPlan } from '../../../../../src/managers/devServers/plan.ts';
import { memoryFiles } from '../memoryFiles.ts';

type Texts = Readonly<Record<string, string>>;
type Env = Readonly<Record<string, string | undefined>>;

const json = (value: object): string => JSON.stringify(value);
const at = (texts: Texts): Texts =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [`/work/app/${name}`, text]));
const contextOf = (texts: Texts, env: Env = {}) => ({
  file: '/work/app/devyard.yaml',
  home: '/home/ada',
  env,
  files: memoryFiles({ '/work/app/.git/HEAD': '', ...at(texts) }),
});

const detect = (texts: Texts, env?: Env): Promise<DetectedProject | undefined> =>
  detectProject('/work/app', contextOf(texts, env));

async function planOf(text: string, texts: Texts, env?: Env): Promise<ProjectPlan> {
  const parsed = await parseManifest(text, contextOf(texts, env));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  expect(parsed.warnings).toEqual([]);
  const [plan] = parsed.plans;
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

const vitePackage = json({ name: '@scope/My App', scripts: { dev: 'vite' }, devDependencies: { vite: '^6' } });
const omniviewPlugin = {
  'plugin.yaml': 'id: kubernetes\nname: Kubernetes\n',
  'ui/package.json': vitePackage,
  'ui/pnpm-lock.yaml': '',
};
const goPart = { 'go.mod': 'module a', 'pkg/main.go': 'package main' };

/** What is recognised: the preset, the commands by name, and the port. */
const cases: readonly (readonly [
  title: string,
  texts: Texts,
  preset: string,
  commands: Readonly<Record<string, string>>,
])[] = [
  [
    'a whole Omniview plugin',
    { ...omniviewPlugin, ...goPart },
    'omniview',
    {
      ui: 'pnpm run dev --port ${port} --strictPort --host 127.0.0.1',
      backend: 'go build -o /work/app/.devyard/build/kubernetes/backend ./pkg',
    },
  ],
  [
    'an Omniview plugin without Go',
    omniviewPlugin,
    'omniview',
    { ui: 'pnpm run dev --port ${port} --strictPort --host 127.0.0.1' },
  ],
  [
    'an Omniview plugin without a page',
    { 'plugin.yaml': 'id: kubernetes', ...goPart },
    'omniview',
    { backend: 'go build -o /work/app/.devyard/build/kubernetes/backend ./pkg' },
  ],
  [
    'a page made with Vite',
    { 'package.json': vitePackage, 'package-lock.json': '{}' },
    'vite',
    { web: 'npm run dev -- --port ${port} --strictPort --host 127.0.0.1' },
  ],
  [
    'a page whose script is more than Vite',
    {
      'package.json': json({ scripts: { dev: 'concurrently vite api' }, devDependencies: { vite: '6' } }),
      'bun.lock': '',
    },
    'vite',
    { web: 'bun x --no-install vite --port ${port} --strictPort --host 127.0.0.1' },
  ],
  [
    'an extension of VS Code',
    {
      'package.json': json({ engines: { vscode: '^1.90.0' }, scripts: { compile: 'tsc', watch: 'tsc -w' } }),
      'yarn.lock': '',
    },
    'vscode-extension',
    { extension: 'yarn run compile' },
  ],
  [
    'an extension that is only watched',
    { 'package.json': json({ engines: { vscode: '*' }, scripts: { watch: 'tsc -w' } }) },
    'vscode-extension',
    { watch: 'npm run watch' },
  ],
  [
    'a Grafana plugin with a backend',
    {
      'src/plugin.json': json({ id: 'ada-clock-panel', type: 'panel' }),
      'package.json': json({ scripts: { dev: 'webpack -w' } }),
      'Magefile.go': '',
      'go.mod': '',
    },
    'grafana',
    { ui: 'npm run dev', backend: 'mage -v' },
  ],
  [
    'an Obsidian plugin',
    {
      'manifest.json': json({ id: 'clock', minAppVersion: '1.0.0' }),
      'package.json': json({ scripts: { dev: 'node esbuild.config.mjs' } }),
    },
    'obsidian',
    { watch: 'npm run dev' },
  ],
  [
    'a Backstage app',
    {
      'backstage.json': '{}',
      'package.json': json({ packageManager: 'yarn@4.4.1', scripts: { start: 'backstage-cli repo start' } }),
    },
    'backstage',
    { app: 'yarn run start' },
  ],
  [
    'anything with a script',
    { 'package.json': json({ scripts: { serve: 'node .' } }) },
    'generic',
    { serve: 'npm run serve' },
  ],
  [
    'a Go program',
    { 'go.mod': '', 'main.go': '' },
    'generic',
    { server: '/work/app/.devyard/build/server', program: 'go build -o /work/app/.devyard/build/server .' },
  ],
];

describe.each(cases)('%s', (_, texts, preset, commands) => {
  it('is recognised by its files, and its text is a good manifest', async () => {
    const detected = await detect(texts);
    expect(detected?.preset).toBe(preset);
    const plan = await planOf(detected?.text ?? '', texts);
    expect(plan).toMatchObject({ pluginId: detected?.id, preset });
    const found = [...plan.processes, ...plan.builds].map(({ name, command }) => [name, command.join(' ')]);
    expect(Object.fromEntries(found)).toEqual(commands);
  });

  it('is the same plan where the manifest names the preset only', async () => {
    const detected = await detect(texts);
    const short = `version: 1\nprojects: [{ preset: ${preset} }]`;
    expect(await planOf(short, texts)).toEqual(await planOf(detected?.text ?? '', texts));
  });
});

describe('an Omniview plugin', () => {
  it('is deployed to, and found in, the state folder', async () => {
    const texts = { ...omniviewPlugin, ...goPart };
    const text = 'version: 1\nprojects: [{ preset: omniview }]';
    const plan = await planOf(text, texts);
    expect(plan.devinfo).toBe('/home/ada/.omniview/plugins/kubernetes/.devinfo');
    expect(plan.builds[0]?.deploy[0]?.to).toBe('/home/ada/.omniview/plugins/kubernetes/bin/plugin');
    expect(plan.install).toMatchObject({ missing: '/work/app/ui/node_modules', cwd: '/work/app/ui' });
    expect((await planOf(text, texts, { OMNIVIEW_STATE_DIR: '/state' })).devinfo).toBe(
      '/state/plugins/kubernetes/.devinfo',
    );
  });

  it.each(['../../evil', '/etc', '..', 'a/b', '', '5'])('whose id is %j does not lead elsewhere', async (id) => {
    const texts = { ...goPart, 'plugin.yaml': `id: ${JSON.stringify(id)}` };
    const plan = await planOf('version: 1\nprojects: [{ preset: omniview }]', texts);
    expect(plan.builds[0]?.deploy[0]?.to).toMatch(/^\/home\/ada\/\.omniview\/plugins\/[\w-]+\/bin\/plugin$/);
  });
});

describe('the package manager', () => {
  const commandOf = async (texts: Texts): Promise<string | undefined> => {
    const text = 'version: 1\nprojects: [{ preset: generic, root: packages/web }]';
    const plan = await planOf(text, { ...texts, 'packages/web/package.json': json({ scripts: { dev: 'x' } }) });
    return plan.processes[0]?.command[0];
  };

  it('is the one of the workspace above, as far as the repository goes', async () => {
    expect(await commandOf({ 'pnpm-lock.yaml': '' })).toBe('pnpm');
    expect(await commandOf({ 'package.json': json({ packageManager: 'bun@1.2.0' }), 'yarn.lock': '' })).toBe('bun');
    expect(await commandOf({ 'package.json': json({ packageManager: ['x'] }), 'yarn.lock': '' })).toBe('yarn');
    expect(await commandOf({ '../yarn.lock': '' })).toBe('npm');
  });
});

test.each<Texts>([
  {},
  { 'README.md': '' },
  { 'package.json': '{' },
  { 'package.json': '[]' },
  { 'package.json': json({ scripts: { dev: 1 }, dependencies: 'vite', engines: ['vscode'] }) },
  { 'plugin.yaml': 'id: [' },
  { 'plugin.yaml': 'id: a' },
  { 'manifest.json': json({ id: 'web', manifest_version: 3 }) },
])('nothing is recognised in %j', async (texts) => {
  expect(await detect(texts)).toBeUndefined();
});

describe('what a manifest says beside its preset', () => {
  const preset = {
    id: 'p',
    processes: { ui: { command: ['run'], dependsOn: ['backend'], port: true as const }, extra: { command: ['x'] } },
    builds: { backend: { command: ['make'], reload: [{ restart: 'extra' }, { restart: 'ui' }] } },
  };

  it('holds, and the rest is filled in', () => {
    const filled = filledIn({ id: 'own', processes: { ui: { port: 3000 } } }, preset);
    expect(filled).toEqual({
      id: 'own',
      processes: { ui: { command: ['run'], dependsOn: ['backend'], port: 3000 } },
      builds: { backend: { command: ['make'], reload: [{ restart: 'ui' }] } },
    });
  });

  it('leaves nothing that refers to what it left out', () => {
    const filled = filledIn({ processes: { ui: {} }, builds: { own: { command: ['a'] } } }, preset);
    expect(filled.processes).toEqual({ ui: { command: ['run'], dependsOn: [], port: true } });
    expect(filled.builds).toEqual({ own: { command: ['a'] } });
  });
});
