import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DevboxConfigView } from '../../../src/api/contract/config.ts';
import { joinArguments, splitArguments } from '../../../src/views/creation/arguments.ts';
import { createBody, newDraft, presetGroups } from '../../../src/views/creation/draft.ts';
import { codiconOf } from '../../../src/views/creation/lucide.ts';
import {
  archiveProblem,
  branchProblem,
  extensionProblem,
  gitUrlProblem,
  numberProblem,
} from '../../../src/views/creation/problems.ts';
import { summaryLines } from '../../../src/views/creation/summary.ts';
import { l10n } from './samples.ts';

const group = (key: string, extensions: readonly string[]): DevboxConfigView['extensionGroups'][number] => ({
  key,
  name: key.toUpperCase(),
  description: '',
  extensions,
  userSettings: {},
});

const config: DevboxConfigView = {
  path: null,
  problems: [],
  extensionGroups: [group('py', ['a.py', 'a.lint']), group('nb', ['a.nb', 'A.py'])],
  defaultExtensionGroups: ['py'],
  showAdvancedOptions: false,
  darkMode: true,
  autoRefreshIntervalMs: 5000,
  defaultWorkspaceType: 'empty',
  maxUploadSizeMb: 100,
  supportedArchiveTypes: ['.zip', '.tar.gz'],
  defaultPort: 8000,
  portRange: { start: 8010, end: 8100 },
  templateTabs: [],
};
const item = {
  name: 'Notes',
  description: '',
  extensionGroups: ['nb'],
  thumbnailUrl: '',
  url: 'https://x/y',
  iconLinks: [],
};
const template = { tab: 'Examples', item };

describe('what is asked of the daemon', () => {
  it('says the chosen source only, whatever was answered before another one was chosen', () => {
    const draft = {
      ...newDraft(),
      name: 'api',
      folder: '/f',
      archive: '/a.zip',
      gitUrl: 'https://x/y',
      gitBranch: '',
      template,
    };
    const source = (kind: NonNullable<typeof draft.source>): unknown => {
      const { folder, source } = createBody({ ...draft, source: kind, workspaceFolder: '/w' }, undefined);
      return folder ?? source;
    };
    expect(source('empty')).toBeUndefined();
    expect(source('folder')).toBe('/f');
    expect(source('workspace')).toBe('/w');
    expect(source('archive')).toEqual({ type: 'archive', path: '/a.zip' });
    expect(source('git')).toEqual({ type: 'git', url: 'https://x/y' });
    expect(source('template')).toEqual({ type: 'template', name: 'Notes', tab: 'Examples' });
    expect(() => createBody({ ...newDraft(), source: 'git' }, undefined)).toThrow('git');
  });

  it('leaves out what was not chosen', () => {
    const draft = { ...newDraft(), name: 'api', source: 'empty' as const, groups: [] };
    expect(createBody(draft, undefined)).toEqual({ name: 'api', start: true });
    const more = { ...draft, groups: ['py'], port: 8011, args: ['--x'], autoStart: true, stopWhenIdleMinutes: 15 };
    expect(createBody({ ...more, start: false, memoryLimitMb: 512 }, '/w/devbox.yaml')).toEqual({
      name: 'api',
      extensionGroups: ['py'],
      configFile: '/w/devbox.yaml',
      port: 8011,
      memoryLimitMb: 512,
      args: ['--x'],
      autoStart: true,
      stopWhenIdleMinutes: 15,
      start: false,
    });
  });

  it('offers the template’s groups and the default ones, each once', () => {
    const draft = { ...newDraft(), template };
    expect(presetGroups({ ...draft, source: 'template' }, config)).toEqual(['nb', 'py']);
    expect(presetGroups({ ...draft, source: 'git' }, config)).toEqual(['py']);
  });
});

describe('the summary', () => {
  it('has a line for everything that was chosen, and counts each extension once', () => {
    const draft = { ...newDraft(), name: 'api', source: 'git' as const, gitUrl: 'https://x/y', gitBranch: 'dev' };
    const lines = summaryLines({ ...draft, groups: ['py', 'nb'] }, config, l10n);
    expect(lines.map(({ step, value }) => [step, value])).toEqual([
      ['name', 'api'],
      ['source', 'cloned from https://x/y, branch dev'],
      ['groups', 'PY, NB (3 extensions)'],
    ]);
  });

  it('shows advanced options only where they are asked for', () => {
    const draft = { ...newDraft(), source: 'empty' as const, port: 8012, autoStart: true };
    const advanced = summaryLines(draft, { ...config, showAdvancedOptions: true }, l10n).at(-1);
    expect(advanced).toMatchObject({ step: 'advanced', value: 'Port: 8012, Start with Devyard: yes' });
    expect(summaryLines(draft, config, l10n).map(({ step }) => step)).not.toContain('advanced');
  });
});

describe('an answer', () => {
  it.each([
    'https://git.example.com/a/b.git',
    'ssh://git@host/a',
    'git@host:a/b.git',
    'host:a/b',
    '/srv/repo',
    'file:///srv/repo',
    'http://127.0.0.1:3000/a.git',
  ])('%s can be cloned', (url) => {
    expect(gitUrlProblem(url, l10n)).toBeUndefined();
  });
  it.each([
    '',
    'x',
    '--upload-pack=x',
    'ext::sh -c x',
    'http://h/a',
    'https://u:p@h/a',
    'https://-h/a',
    'host:-a',
    'git@h:',
  ])('%j cannot be cloned', (url) => {
    expect(gitUrlProblem(url, l10n)).toBeTypeOf('string');
  });
  it.each(['', 'main', 'feature/x', 'v1.2.3'])('%j can be a branch', (branch) => {
    expect(branchProblem(branch, l10n)).toBeUndefined();
  });
  it.each(['-x', 'a b', 'a..b', 'a~1', '/a', 'a/', 'a.lock', 'a@{1}'])('%j cannot be a branch', (branch) => {
    expect(branchProblem(branch, l10n)).toBeTypeOf('string');
  });
  it('about an archive wants an absolute path and a known kind', () => {
    const problem = (text: string): string | undefined => archiveProblem(text, config.supportedArchiveTypes, l10n);
    expect(['/a/b.ZIP', '~/b.tar.gz'].map(problem)).toEqual([undefined, undefined]);
    for (const text of ['', 'b.zip', '/a.rar']) expect(problem(text)).toBeTypeOf('string');
  });
  it('about a number keeps to its bounds', () => {
    expect(['', '128', '200'].map((text) => numberProblem(text, 128, 200, l10n))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    for (const text of ['127', '201', '-1', '1.5', 'x'])
      expect(numberProblem(text, 128, 200, l10n)).toBeTypeOf('string');
  });
  it('about an extension is an id or a package', () => {
    for (const text of ['ms-python.python', 'a.b@1.2.3', '/x/a.vsix'])
      expect(extensionProblem(text, l10n)).toBeUndefined();
    for (const text of ['', 'python', '/x/a.zip', 'a.b.c d']) expect(extensionProblem(text, l10n)).toBeTypeOf('string');
  });
});

describe('arguments in a line', () => {
  it('are split at blanks, and kept together by quotes', () => {
    expect(splitArguments(' --a  "b c"d \'e f\' --g="h i" "" ')).toEqual(['--a', 'b cd', 'e f', '--g=h i', '']);
  });
  it('are the same after there and back', () => {
    const argument = fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '-') });
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 5 }), (args) => {
        expect(splitArguments(joinArguments(args))).toEqual(args);
      }),
    );
  });
});

describe('icons of links', () => {
  it('are the editor’s own, also for names it does not know', () => {
    expect(['Github', 'BookOpen', 'book-open', 'constructor'].map(codiconOf)).toEqual([
      'github',
      'book',
      'book',
      'link-external',
    ]);
  });
});
