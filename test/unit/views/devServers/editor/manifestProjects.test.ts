import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectsIn } from '../../../../../src/views/devServers/editor/manifestProjects.ts';

const found = (text: string, file = '/work/devyard.yaml'): readonly string[] =>
  projectsIn(file, text.split('\n')).map(
    ({ pluginId = '?', root, line }) => `${pluginId}${root === '.' ? '' : ` in ${root}`}@${String(line)}`,
  );

describe('projects of a devyard.yaml', () => {
  it.each([
    ['projects:\n  - id: a\n    root: ./x # here\n  - id: b\n', ['a in ./x@1', 'b@3']],
    ['projects:\n- id: a\n- root: .\n  id: "b c"\n', ['a@1', 'b c@2']],
    ['# top\nversion: 1\nprojects: # mine\n\n  -\n    # of it\n    id: a # its id\n', ['a@4']],
    ["projects:\n  -   root: x\n      id: 'a'\n", ['a in x@1']],
    // Keys of what is inside of an entry are none of its own.
    ['projects:\n  - id: a\n    builds:\n      - id: inner\n      x:\n        id: deeper\n', ['a@1']],
    ['projects:\n  - root: .\n    text: |\n      id: not-me\n      - id: nor-me\n    id: a\n', ['a@1']],
    ['projects:\n  - id: a\nother:\n  - id: b\n', ['a@1']],
    ['other:\n  - id: b\nprojects:\n  - id: a', ['a@3']],
    ['projects:\n  - root: "x"\n    preset: omniview\n', ['? in x@1']],
    ['projects:\n  -\n', []],
    ['projects:\n  - id:\n', ['?@1']],
    ['projects: [{ id: a }]', []],
    ['id: a\nname: x', []],
    ['', []],
  ])('%j: %j', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('are found whatever stands around their ids', () => {
    const id = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/).filter((one) => one !== '');
    const extra = fc.constantFrom('root: .', 'env: { A: b }', 'keepRunning: true', '# a remark', '');
    fc.assert(
      fc.property(fc.array(fc.tuple(id, fc.array(extra, { maxLength: 3 })), { maxLength: 6 }), (entries) => {
        const text = entries.map(([name, lines]) =>
          [`  - id: ${name}`, ...lines.map((line) => `    ${line}`)].join('\n'),
        );
        expect(
          projectsIn('devyard.yml', ['projects:', ...text.join('\n').split('\n')]).map((one) => one.pluginId),
        ).toEqual(entries.map(([name]) => name));
      }),
    );
  });

  it('are looked for in any text without an error', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(' ', '-', ':', '#', '"', 'i', 'd', '|', '[', '\t', 'p') })),
        (lines) => {
          for (const { line } of projectsIn('devyard.yaml', ['projects:', ...lines])) {
            expect(line).toBeGreaterThan(0);
            expect(line).toBeLessThanOrEqual(lines.length);
          }
        },
      ),
    );
  });
});

describe('the project of a plugin.yaml', () => {
  it.each([
    ['id: demo\nname: Demo\n', ['demo@0']],
    ['# x\nname: Demo\nid: "demo"\n', ['demo@2']],
    ['name: helm-diff\nversion: 3\ncommand: x\n', []],
    ['capabilities:\n  id: inner\n', []],
  ])('%j: %j', (text, expected) => {
    expect(found(text, '/work/plugin.yaml')).toEqual(expected);
  });
});
