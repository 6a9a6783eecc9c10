import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readComposeFile } from '../../support/dokploy/composeFile.ts';
import { parseDotEnvFile } from '../../support/dokploy/dotEnvFile.ts';
import { parseEnvText, serviceEnvironment } from '../../support/dokploy/envText.ts';

describe('environment text', () => {
  it.each([
    ['A=1\nB=2', { A: '1', B: '2' }],
    ['export A = 1 # one', { A: '1' }],
    ['GREETING="hi there"\nDOLLAR=a$b', { GREETING: 'hi there', DOLLAR: 'a$b' }],
    [String.raw`A="one\ntwo"` + '\n' + String.raw`B='one\ntwo'`, { A: 'one\ntwo', B: String.raw`one\ntwo` }],
    ['A="one\ntwo # 2"\nB=3', { A: 'one\ntwo # 2', B: '3' }],
    ['A=`it\'s "this"`', { A: 'it\'s "this"' }],
    ['A="never closed\nB=2', { A: '"never closed', B: '2' }],
    [String.raw`A="quote \" inside"`, { A: String.raw`quote \" inside` }],
    ['# A=1\n\nnothing\nB=', { B: '' }],
    ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['A: 1\nB=1\nB=2', { A: '1', B: '2' }],
  ])('%j', (text, expected) => {
    expect(Object.fromEntries(parseEnvText(text))).toEqual(expected);
  });

  it('gives back what is between single quotes', () => {
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !/['\r]|\\$/.test(text));
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const text = values.map((one, at) => `V${String(at)}='${one}'`).join('\n');
        expect([...parseEnvText(text).values()]).toEqual(values);
      }),
    );
  });

  it('knows the variables of the project, and fails for those it does not', () => {
    expect(serviceEnvironment('A=${{project.B}}-${{environment.C}}', 'B=1', 'C=2')).toEqual(['A=1-2']);
    expect(() => serviceEnvironment('A=${{project.B}}', '', '')).toThrow('Invalid project environment variable: B');
  });
});

describe('the .env file of a compose project', () => {
  it('is read once more, so what has lost its quotes may mean something', () => {
    const lines = ['A=1', 'B=$A two #three', `C='$A #'`, 'D="$A\\n"', 'E=${NONE:-else}'];
    expect(Object.fromEntries(parseDotEnvFile(lines))).toEqual({ A: '1', B: '1 two', C: '$A #', D: '1\n', E: 'else' });
  });
});

describe('a compose file', () => {
  const read = (source: string, variables: Record<string, string> = {}) =>
    readComposeFile(source, { project: 'app', variables: new Map(Object.entries(variables)), host: '127.0.0.1' });

  it('becomes containers', () => {
    const services = read(
      `
services:
  machine:
    image: "debian:$VERSION"
    privileged: true
    restart: unless-stopped
    command: ["/bin/sh", "-c", "echo $$HOME"]
    ports: ["2222:22", { target: 80, published: 8080, protocol: udp }]
    environment: { KEY: "\${KEY}", BARE: null, NUMBER: 1 }
    volumes: [ "data:/data", { type: volume, source: own, target: /own } ]
    cpus: 1.5
    deploy: { resources: { limits: { memory: 512M } } }
volumes:
  data: {}
  own: { name: mine }
`,
      { VERSION: '12', KEY: 'ssh-ed25519 AAAA', BARE: 'bare' },
    );
    expect(services).toEqual([
      {
        name: 'machine',
        machine: {
          image: 'debian:12',
          entrypoint: undefined,
          command: ['/bin/sh', '-c', 'echo $HOME'],
          env: ['KEY=ssh-ed25519 AAAA', 'BARE=bare', 'NUMBER=1'],
          ports: [
            { host: '127.0.0.1', published: 2222, target: 22, protocol: 'tcp' },
            { host: '127.0.0.1', published: 8080, target: 80, protocol: 'udp' },
          ],
          volumes: [
            { name: 'app_data', mountPath: '/data' },
            { name: 'mine', mountPath: '/own' },
          ],
          privileged: true,
          restart: 'unless-stopped',
          nanoCpus: 1_500_000_000,
          memoryBytes: 536_870_912,
        },
      },
    ]);
  });

  it.each([
    ['', 'empty compose file'],
    ['services: { a: {} }', 'image'],
    ['services: { a: { image: x, volumes: ["data:/data"] } }', 'undefined volume data'],
    ['services: { a: { image: "${X:?say X}" } }', 'required variable X is missing a value: say X'],
    ['services: { a: { image: "a$" } }', 'invalid interpolation format'],
  ])('is refused: %j', (source, words) => {
    expect(() => read(source)).toThrow(words);
  });
});
