import { describe, expect, it } from 'vitest';
import { builtInConfig, parseDevboxYaml } from '../../../../../src/managers/codeServers/config/parse.ts';
import type { ConfigProblem } from '../../../../../src/managers/shared/yaml/configProblem.ts';
import { sample } from './sample.ts';

const problemsOf = (text: string): readonly ConfigProblem[] => {
  const parsed = parseDevboxYaml(text);
  return parsed.ok ? [] : parsed.problems;
};

/** `line:column-endLine:endColumn path`, and what the message must hold. */
const told = (text: string): string[] =>
  problemsOf(text).map(
    ({ line, column, endLine, endColumn, path }) => `${line}:${column}-${endLine}:${endColumn} ${path}`,
  );

describe('a good file', () => {
  it('is taken over key by key', () => {
    expect(parseDevboxYaml(sample)).toMatchObject({
      ok: true,
      config: {
        extensionGroups: [
          {
            key: 'python',
            name: 'Python',
            description: 'All for Python',
            extensions: ['ms-python.python', 'charliermarsh.ruff@2024.1.0'],
            userSettings: { '[python]': { 'editor.formatOnSave': true }, 'python.envFile': null },
          },
          { key: 'own', name: 'own', description: '', extensions: ['ours.tools', '/opt/own.vsix'], userSettings: {} },
        ],
        defaultExtensionGroups: ['own'],
        showAdvancedOptions: true,
        darkMode: false,
        autoRefreshIntervalMs: 2000,
        defaultWorkspaceType: 'git',
        maxUploadSizeMb: 12.5,
        supportedArchiveTypes: ['.zip', '.tgz'],
        defaultPort: 9000,
        portRange: { start: 9010, end: 9050 },
        templateTabs: [
          {
            name: 'Notebooks',
            items: [
              {
                name: 'Starter',
                description: 'A first notebook\n',
                extensionGroups: ['python'],
                thumbnailUrl: 'https://example.com/a.png',
                url: 'https://github.com/example/starter',
                iconLinks: [{ icon: 'book-open', url: 'http://example.com/docs' }],
              },
              { name: 'Bare', description: '', extensionGroups: [], thumbnailUrl: '', url: '', iconLinks: [] },
            ],
          },
          { name: 'More', items: [] },
        ],
      },
    });
  });

  it.each(['', '\n\n', '# nothing\n', '---\n', '---\n...\n', 'null', '{}', '\uFEFF', 'ui:\nserver:\n'])(
    'that says nothing means all defaults: %j',
    (text) => {
      const parsed = parseDevboxYaml(text);
      expect(parsed).toMatchObject({ ok: true, config: builtInConfig.config });
    },
  );

  it('has the documented defaults', () => {
    expect(builtInConfig.config).toMatchObject({
      defaultExtensionGroups: ['python', 'jupyter'],
      showAdvancedOptions: false,
      darkMode: true,
      autoRefreshIntervalMs: 5000,
      defaultWorkspaceType: 'empty',
      maxUploadSizeMb: 100,
      supportedArchiveTypes: ['.zip', '.tar.gz'],
      defaultPort: 8000,
      portRange: { start: 8010, end: 8100 },
      templateTabs: [],
    });
    expect(builtInConfig.config.extensionGroups.map(({ key }) => key)).toEqual([
      'python',
      'jupyter',
      'databricks',
      'api-explorer',
    ]);
    expect(builtInConfig.given.size).toBe(0);
  });

  it('says which keys it gives, and leaves the rest to the defaults', () => {
    const parsed = parseDevboxYaml('server:\n  code_server_port_range:\n    start: 8050\n  default_port:\n');
    expect(parsed).toMatchObject({ config: { defaultPort: 8000, portRange: { start: 8050, end: 8100 } } });
    expect(parsed.ok && [...parsed.given].toSorted((a, b) => a.localeCompare(b))).toEqual([
      'server',
      'server.code_server_port_range',
      'server.code_server_port_range.start',
    ]);
  });

  it('drops default groups that nobody wrote and that it does not define', () => {
    const defaults = (text: string): unknown => {
      const parsed = parseDevboxYaml(text);
      return parsed.ok && parsed.config.defaultExtensionGroups;
    };
    expect(defaults('extension_groups: {a: {extensions: []}}')).toEqual([]);
    expect(defaults('extension_groups: {jupyter: {extensions: []}}')).toEqual(['jupyter']);
    expect(defaults('ui: {default_extension_groups: []}')).toEqual([]);
  });

  it('may use aliases and merge keys', () => {
    const text =
      'extension_groups:\n  a: &a\n    description: one\n    extensions: [x.y]\n  b:\n    <<: *a\n    description: two\n';
    expect(parseDevboxYaml(text)).toMatchObject({
      config: {
        extensionGroups: [
          { key: 'a', description: 'one', extensions: ['x.y'] },
          { key: 'b', description: 'two', extensions: ['x.y'] },
        ],
      },
    });
  });
});

describe('what is wrong', () => {
  it.each([
    ['server: {default_prot: 1}', '1:10-1:22 server.default_prot', 'Did you mean “default_port”?'],
    ['Server: {}', '1:1-1:7 Server', 'Did you mean “server”?'],
    ['extensionGroups: {}', '1:1-1:16 extensionGroups', 'Did you mean “extension_groups”?'],
    ['other: 1', '1:1-1:6 other', 'Known here: extension_groups, server, ui, packaged_assets.'],
    ['server: {default_port: 80}', '1:24-1:26 server.default_port', '“80”, but must be at least 1024.'],
    ['server: {default_port: 65536}', '1:24-1:29 server.default_port', 'must be at most 65535.'],
    ['server: {default_port: 8000.5}', '1:24-1:30 server.default_port', 'must be a whole number'],
    ['server: {default_port: "8000"}', '1:24-1:30 server.default_port', 'must be a number'],
    ['ui: {workspace: {max_upload_size_mb: 0}}', '1:38-1:39 ui.workspace.max_upload_size_mb', 'must be more than 0.'],
    ['ui: {workspace: {max_upload_size_mb: many}}', '1:38-1:42 ui.workspace.max_upload_size_mb', '“many”'],
    ['ui: {workspace: {default_type: gti}}', '1:32-1:35 ui.workspace.default_type', 'Did you mean “git”?'],
    [
      'ui: {workspace: {supported_archive_types: [.rar]}}',
      '1:44-1:48 ui.workspace.supported_archive_types.0',
      'must be one of .zip, .tar.gz, .tgz.',
    ],
    ['ui: {settings: {enable_dark_mode: yes}}', '1:35-1:38 ui.settings.enable_dark_mode', 'Write true or false.'],
    ['ui: {settings: [1]}', '1:6-1:14 ui.settings', 'is a list, but must be a mapping.'],
    ['ui: {default_extension_groups: [pyton]}', '1:33-1:38 ui.default_extension_groups.0', 'Did you mean “python”?'],
    [
      'extension_groups: {a: {}}\nui: {default_extension_groups: [python]}',
      '2:33-2:39 ui.default_extension_groups.0',
      'the built-in one is gone',
    ],
    ['extension_groups: {a: {name: 3}}', '1:30-1:31 extension_groups.a.name', 'Put it in quotes: "3".'],
    ['extension_groups: {a: {name: " "}}', '1:30-1:33 extension_groups.a.name', 'must not be empty.'],
    ['extension_groups:\n  a:\n', '2:3-2:4 extension_groups.a', 'is empty, but must be a mapping.'],
    ['extension_groups: {a b: {}}', '1:20-1:23 extension_groups.a b', 'The key “a b” of “extension_groups” must be'],
    ['extension_groups: {a: {extensions: [x]}}', '1:37-1:38 extension_groups.a.extensions.0', 'publisher.name'],
    ['extension_groups: {a: {extensions: [./a.vsix]}}', '1:37-1:45 extension_groups.a.extensions.0', 'absolute path'],
    ['packaged_assets: {tabs: [{}]}', '1:26-1:27 packaged_assets.tabs.0.name', 'is missing.'],
    [
      'packaged_assets: {tabs: [{name: a, items: [{name: b, github_url: "http://example.com/a"}]}]}',
      '1:66-1:88 packaged_assets.tabs.0.items.0.github_url',
      'cannot be used. http:// is not encrypted',
    ],
    [
      'packaged_assets: {tabs: [{name: a, items: [{name: b, thumbnail_url: "javascript:x"}]}]}',
      '1:69-1:83 packaged_assets.tabs.0.items.0.thumbnail_url',
      'begins with http:// or https://',
    ],
    ['packaged_assets: {tabs: [{name: a}, {name: a}]}', '1:44-1:45 packaged_assets.tabs.1.name', 'another tab'],
    [
      'packaged_assets: {tabs: [{name: a, items: [{name: b}, {name: b}]}, {name: c, items: [{name: b}]}]}',
      '1:62-1:63 packaged_assets.tabs.0.items.1.name',
      'another template of this tab',
    ],
    [
      'packaged_assets: {tabs: [{name: a, items: [{name: b, extensions_groups: [jupiter]}]}]}',
      '1:74-1:81 packaged_assets.tabs.0.items.0.extensions_groups.0',
      'Did you mean “jupyter”?',
    ],
    [
      'server: {code_server_port_range: {start: 9000, end: 8999}}',
      '1:42-1:46 server.code_server_port_range.start',
      'begins at 9000 and ends before that, at 8999.',
    ],
    [
      'server: {code_server_port_range: {end: 8009}}',
      '1:40-1:44 server.code_server_port_range.end',
      'begins at 8010 (the default)',
    ],
    ['ui: {}\nui: {}', '2:1-2:3 ui', '“ui” is given twice.'],
    ['a: 1\n---\nb: 2', '3:1-3:2 ', 'A second YAML document'],
    ['ui: *nobody', '1:5-1:12 ui', 'There is no “&nobody” above'],
    ['ui: {settings: {auto_refresh_interval: .inf}}', '1:40-1:44 ui.settings.auto_refresh_interval', 'has no end'],
    ['ui:\n\tsettings: {}', '2:1-2:2 ', 'Indent with spaces'],
    ['ui: {', '1:5-1:6 ', 'This is no YAML'],
    ['3', '1:1-1:2 ', 'The file is “3”, but must be a mapping.'],
    ['__proto__: 1', '1:1-1:10 __proto__', 'cannot be used as a key'],
  ])('%j is told at %s', (text, place, words) => {
    expect(told(text)).toEqual([place]);
    expect(problemsOf(text)[0]?.message).toContain(words);
  });

  it('is told all at once, in the order of the text', () => {
    const text = 'ui:\n  setings: {}\n  workspace:\n    default_type: x\nserver:\n  default_port: 1\nui: 1\n';
    expect(told(text)).toEqual([
      '2:3-2:10 ui.setings',
      '4:19-4:20 ui.workspace.default_type',
      '6:17-6:18 server.default_port',
      '7:1-7:3 ui',
    ]);
  });

  it('never quotes the password of an address', () => {
    for (const url of ['https://me:s3cret@a.b/c', 'me:s3cret@a.b:c', 'https://a.b/c?token=s3cret', 's3cret']) {
      const text = `packaged_assets: {tabs: [{name: a, items: [{name: b, github_url: "${url}"}]}]}`;
      expect(problemsOf(text)).toHaveLength(1);
      expect(JSON.stringify(problemsOf(text))).not.toContain('s3cret');
    }
  });

  it('is cut short for a file that is wrong throughout', () => {
    const problems = problemsOf(Array.from({ length: 500 }, (_, index) => `k${String(index)}: 1`).join('\n'));
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)?.message).toContain('400 more problems');
  });
});
