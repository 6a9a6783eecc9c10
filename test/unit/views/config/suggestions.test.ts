import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../../src/views/config/jsonSchema.ts';
import { descriptionAt, type Suggestion, suggestionsAt } from '../../../../src/views/config/suggestions.ts';
import { cursorIn } from './cursor.ts';

const schemaFile = resolve(import.meta.dirname, '../../../../schemas/devbox.schema.json');
const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as JsonSchema;

function suggested(text: string): readonly Suggestion[] {
  const { lines, line, character } = cursorIn(text);
  return suggestionsAt(schema, lines, line, character);
}

const labels = (text: string): readonly string[] => suggested(text).map(({ label }) => label);

describe('keys', () => {
  it.each([
    ['¦', ['extension_groups', 'server', 'ui', 'packaged_assets']],
    ['ui:\n  settings: {}\n¦\nserver: {}', ['extension_groups', 'packaged_assets']],
    ['ui:\n  ¦', ['default_extension_groups', 'settings', 'workspace']],
    ['ui:\n  workspace:\n    default_type: git\n    ¦', ['max_upload_size_mb', 'supported_archive_types']],
    ['extension_groups:\n  mine:\n    name: x\n    ¦', ['description', 'extensions', 'user_settings']],
    ['packaged_assets:\n  tabs:\n    - ¦', ['name', 'items']],
    [
      'packaged_assets:\n  tabs:\n    - name: a\n      items:\n      - icon_links:\n          - ¦',
      ['lucide_icon', 'url'],
    ],
    ['extension_groups:\n  ¦', []],
    ['extension_groups:\n  mine:\n    user_settings:\n      ¦', []],
    ['unknown:\n  ¦', []],
    ['ui:\n  constructor:\n    ¦', []],
  ])('at %j are %j', (text, keys) => {
    expect(labels(text)).toEqual(keys);
  });

  it('come with what is needed to go on, and with what they mean', () => {
    const snippet = (text: string, label: string): string | undefined =>
      suggested(text).find((suggestion) => suggestion.label === label)?.snippet;
    expect(snippet('¦', 'ui')).toBe('ui:\n  $0');
    expect(snippet('packaged_assets:\n  ¦', 'tabs')).toBe('tabs:\n  - name: $0');
    expect(snippet('ui:\n  ¦', 'default_extension_groups')).toBe('default_extension_groups:\n  - $0');
    expect(snippet('server:\n  ¦', 'default_port')).toBe('default_port: ${1:8000}');
    expect(snippet('ui:\n  settings:\n    ¦', 'enable_dark_mode')).toBe('enable_dark_mode: ${1|true,false|}');
    const choices = snippet('ui:\n  workspace:\n    ¦', 'default_type');
    expect(choices).toBe('default_type: ${1|empty,folder,archive,git,template|}');
    const [port] = suggested('server:\n  def¦');
    expect(port).toMatchObject({ start: 2, detail: 'integer 1024–65535' });
    expect(port?.documentation).toContain('Default: `8000`');
  });

  it('that are required come first', () => {
    const order = suggested('packaged_assets:\n  tabs:\n    - items:\n        - ¦').toSorted((a, b) =>
      a.order.localeCompare(b.order),
    );
    expect(order[0]?.label).toBe('name');
  });
});

describe('values', () => {
  it.each([
    ['ui:\n  workspace:\n    default_type: ¦', ['empty', 'folder', 'archive', 'git', 'template']],
    ['ui:\n  settings:\n    enable_dark_mode: ¦', ['true', 'false']],
    ['server:\n  default_port: ¦', ['8000']],
    ['ui:\n  workspace:\n    supported_archive_types: [.zip, ¦]', ['.tar.gz', '.tgz']],
    ['ui:\n  workspace:\n    supported_archive_types:\n      - .zip\n      - ¦', ['.tar.gz', '.tgz']],
    ['extension_groups:\n  mine:\n    name: ¦', []],
    ['ui: ¦', []],
  ])('at %j are %j', (text, values) => {
    expect(labels(text)).toEqual(values);
  });

  it('say which one is the default', () => {
    const [on, off] = suggested('ui:\n  settings:\n    enable_dark_mode: ¦');
    expect([on?.detail, off?.detail]).toEqual(['Default', '']);
  });
});

describe('extension groups', () => {
  const groups = 'extension_groups:\n  mine:\n    name: x\n  ours: {}\n';

  it.each([
    [`${groups}ui:\n  default_extension_groups:\n    - ¦`, ['mine', 'ours']],
    [`${groups}ui:\n  default_extension_groups: [ours, ¦]`, ['mine']],
    [
      `${groups}packaged_assets:\n  tabs:\n    - items:\n        - extensions_groups:\n            - m¦`,
      ['mine', 'ours'],
    ],
    ['ui:\n  default_extension_groups:\n    - python\n    - ¦', ['jupyter', 'databricks', 'api-explorer']],
  ])('at %j are %j', (text, keys) => {
    expect(labels(text)).toEqual(keys);
  });
});

describe('in devyard.yaml', () => {
  const file = resolve(import.meta.dirname, '../../../../schemas/devyard.schema.json');
  const devyard = JSON.parse(readFileSync(file, 'utf8')) as JsonSchema;
  const at = (text: string): readonly Suggestion[] => {
    const { lines, line, character } = cursorIn(text);
    return suggestionsAt(devyard, lines, line, character);
  };
  const process = 'projects:\n  - id: a\n    processes:\n      ui:\n        ';

  it.each([
    ['¦', ['version', 'projects']],
    ['projects:\n  - id: a\n    keep¦', ['keepRunning']],
    ['projects:\n  - id: a\n    preset: vi¦', ['vite']],
    // What may be written in several ways has what any of them has.
    [`${process}port:\n          ¦`, ['range', 'sticky', 'retry']],
    [`${process}port: ¦`, ['true']],
    [`${process}debug: ¦`, ['node', 'go']],
    [`${process}debug:\n          ¦`, ['type', 'port']],
    [`${process}ready:\n          - ¦`, ['http', 'log', 'tcp']],
    [
      'projects:\n  - id: a\n    builds:\n      b:\n        problems: [¦',
      ['go', 'tsc', 'esbuild', 'vite', 'eslint', 'cargo'],
    ],
  ])('at %j there are %j', (text, expected) => {
    expect(at(text).map(({ label }) => label)).toEqual(expect.arrayContaining(expected));
  });

  it('a key that takes several forms is left for the person to begin', () => {
    expect(at(`${process}po¦`).find(({ label }) => label === 'port')?.snippet).toBe('port: $0');
    expect(at(`${process}rest¦`).find(({ label }) => label === 'restart')?.snippet).toBe('restart:\n  $0');
  });
});

it('a key under the pointer is explained', () => {
  const { lines, line, character } = cursorIn('ui:\n  workspace:\n    max_up¦load_size_mb: 3');
  expect(descriptionAt(schema, lines, line, character)).toEqual({
    markdown: 'How large an uploaded archive may be, in megabytes of 1,048,576 bytes.\n\nDefault: `100`',
    start: 4,
    end: 22,
  });
  expect(descriptionAt(schema, ['nothing: 1'], 0, 2)).toBeUndefined();
});
