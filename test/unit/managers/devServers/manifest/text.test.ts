import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ManifestProject } from '../../../../../src/managers/devServers/manifest/schema.ts';
import { manifestText } from '../../../../../src/managers/devServers/manifest/text.ts';
import { valueOf } from '../../../../../src/managers/shared/yaml/nodeValue.ts';
import { readYaml } from '../../../../../src/managers/shared/yaml/yamlTree.ts';

const none: ReadonlySet<string> = new Set();
const read = (text: string): unknown => {
  const { root, faults } = readYaml(text);
  expect(faults).toEqual([]);
  return root && valueOf(root, { free: none, named: none });
};

test('is written as a person would', () => {
  const project: ManifestProject = {
    id: 'demo',
    install: { when: 'missing:node_modules', command: ['pnpm', 'install'], timeout: '10m' },
    processes: { ui: { command: ['pnpm', 'run', 'dev', '--port', '${port}'], port: true, ready: [{ http: '/' }] } },
    builds: { backend: { command: ['go', 'build'], watch: { include: ['**/*.go'] } } },
  };
  expect(manifestText([project], ['Made for\nyou.'])).toBe(`# Made for you.
version: 1
projects:
  - id: demo
    install:
      when: "missing:node_modules"
      command: [pnpm, install]
      timeout: 10m
    processes:
      ui:
        command: [pnpm, run, dev, --port, "\${port}"]
        port: true
        ready: [{ http: / }]
    builds:
      backend:
        command: [go, build]
        watch:
          include: ["**/*.go"]
`);
});

test('is read back as it was given', () => {
  const word = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      'true',
      'no',
      '1',
      '1.5',
      '0x1F',
      '~',
      '-',
      '---',
      '.inf',
      '1e3',
      '12:30',
      '# a',
      'a: b',
      '- a',
      'null',
      '5s',
      '.',
      '1s:',
      'a #b',
      '.5',
      '+1',
      '-1.',
    ),
  );
  const command = fc.array(word, { minLength: 1, maxLength: 30 });
  const env = fc.dictionary(
    fc.stringMatching(/^[A-Za-z_][A-Za-z0-9]{0,8}$/),
    fc.oneof(
      word,
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((each) => !Object.is(each, -0)),
      fc.boolean(),
    ),
  );
  fc.assert(
    fc.property(command, env, (words, variables) => {
      const { ['__proto__']: _, ...safe } = variables;
      const project: ManifestProject = { id: 'a', env: safe, processes: { b: { command: words } } };
      expect(read(manifestText([project]))).toEqual({ version: 1, projects: [project] });
    }),
    { numRuns: 1000 },
  );
});
