import { describe, expect, it } from 'vitest';
import { build, contextOf, parse, plansOf, process, project, told } from './parsing.ts';

const whole = `
version: 1
projects:
  - id: demo
    root: plugin
    install: { when: "missing:ui/node_modules", command: [pnpm, install], cwd: ui, timeout: 2m }
    env: { NODE_ENV: development, WORKERS: 2, FAST: true, BY: "\${env:WHO}" }
    envFile: .env.local
    keepRunning: true
    processes:
      ui:
        cwd: ui
        dependsOn: [backend]
        command: [pnpm, run, dev, --port, "\${port}", --root, "\${root}"]
        env: { API: "http://127.0.0.1:\${port:server}" }
        port: { range: [4000, 4010], sticky: false, retry: 1 }
        ready: [{ http: / }, { log: "Local:.*\${port}" }, { tcp: true }, { tcp: 5000 }]
        readyTimeout: 1.5m
        restart: { policy: always, backoff: [200ms, 1h], max: 2 }
        stop: { signal: SIGINT, grace: 500ms }
        tty: true
        debug: { type: node, port: 9229 }
      server: { command: [serve], port: 3000, debug: go }
    builds:
      backend:
        command: [go, build, -o, "\${out}", ./pkg]
        watch: { include: ["**/*.go"], exclude: ["**/vendor/**"], debounce: 20ms }
        onChangeWhileBuilding: queue
        timeout: 90s
        problems: [go, { name: own, pattern: "^(?<message>.*)$" }]
        deploy: [{ to: "~/.omniview/plugins/demo/bin/plugin" }, { from: plugin.yaml, to: dist/plugin.yaml }]
        reload:
          - restart: server
          - { command: [touch, "\${out}"], cwd: ui }
          - { http: "http://localhost:\${port:server}/reload", method: PUT }
    external: { devinfo: "~/.omniview/plugins/demo/.devinfo" }
`;

describe('a good manifest', () => {
  it('is taken over key by key', async () => {
    const root = '/work/app/plugin';
    const out = `${root}/.devyard/build/demo/backend`;
    expect(await plansOf(whole)).toEqual([
      {
        pluginId: 'demo',
        root,
        preset: null,
        install: {
          missing: `${root}/ui/node_modules`,
          command: ['pnpm', 'install'],
          cwd: `${root}/ui`,
          timeoutMs: 120_000,
        },
        env: { NODE_ENV: 'development', WORKERS: '2', FAST: 'true', BY: 'ada' },
        envFile: `${root}/.env.local`,
        keepRunning: true,
        processes: [
          {
            name: 'ui',
            cwd: `${root}/ui`,
            dependsOn: ['backend'],
            command: ['pnpm', 'run', 'dev', '--port', '${port}', '--root', root],
            env: { API: 'http://127.0.0.1:${port:server}' },
            port: { range: { start: 4000, end: 4010 }, sticky: false, retry: 1 },
            ready: [
              { type: 'http', target: '/' },
              { type: 'log', pattern: 'Local:.*${port}' },
              { type: 'tcp', port: null },
              { type: 'tcp', port: 5000 },
            ],
            readyTimeoutMs: 90_000,
            restart: { policy: 'always', backoffMs: [200, 3_600_000], max: 2 },
            stop: { signal: 'SIGINT', graceMs: 500 },
            tty: true,
            debug: { type: 'node', port: 9229 },
          },
          {
            name: 'server',
            cwd: root,
            dependsOn: [],
            command: ['serve'],
            env: {},
            port: { range: { start: 3000, end: 3000 }, sticky: true, retry: 0 },
            ready: [{ type: 'http', target: '/' }],
            readyTimeoutMs: 30_000,
            restart: { policy: 'on-failure', backoffMs: [1000, 30_000], max: 5 },
            stop: { signal: 'SIGTERM', graceMs: 5000 },
            tty: false,
            debug: { type: 'go', port: null },
          },
        ],
        builds: [
          {
            name: 'backend',
            cwd: root,
            dependsOn: [],
            command: ['go', 'build', '-o', out, './pkg'],
            env: {},
            timeoutMs: 90_000,
            watch: { include: ['**/*.go'], exclude: ['**/vendor/**'], debounceMs: 20 },
            onChangeWhileBuilding: 'queue',
            problems: [{ type: 'go' }, { type: 'pattern', name: 'own', pattern: '^(?<message>.*)$' }],
            out,
            deploy: [
              { from: out, to: '/home/ada/.omniview/plugins/demo/bin/plugin' },
              { from: `${root}/plugin.yaml`, to: `${root}/dist/plugin.yaml` },
            ],
            reload: [
              { type: 'restart', process: 'server' },
              { type: 'command', command: ['touch', out], cwd: `${root}/ui` },
              { type: 'http', method: 'PUT', url: 'http://localhost:${port:server}/reload' },
            ],
          },
        ],
        devinfo: '/home/ada/.omniview/plugins/demo/.devinfo',
      },
    ]);
  });

  it('has the documented defaults', async () => {
    const [plan] = await plansOf(
      project('processes: { ui: { command: [run] } }', 'builds: { all: { command: [make] } }'),
    );
    expect(plan).toMatchObject({ root: '/work/app', install: null, envFile: null, keepRunning: false, devinfo: null });
    expect(plan?.processes[0]).toMatchObject({ cwd: '/work/app', port: null, ready: [], debug: null });
    expect(plan?.builds[0]).toMatchObject({
      timeoutMs: 600_000,
      watch: null,
      onChangeWhileBuilding: 'cancel',
      out: '/work/app/.devyard/build/demo/all',
      deploy: [],
    });
  });

  it.each(['true', '{}'])('gives the default ports for port: %s', async (port) => {
    const [plan] = await plansOf(process(`port: ${port}`));
    expect(plan?.processes[0]).toMatchObject({
      port: { range: { start: 15_173, end: 15_272 }, sticky: true, retry: 3 },
      ready: [{ type: 'http', target: '/' }],
    });
  });

  it('may have a page only, a build only, or only a program that was started elsewhere', async () => {
    expect(await plansOf(process())).toMatchObject([{ builds: [] }]);
    expect(await plansOf(build())).toMatchObject([{ processes: [] }]);
    expect(await plansOf(project('external: { devinfo: /state/.devinfo }'))).toMatchObject([
      { devinfo: '/state/.devinfo' },
    ]);
  });

  it.each([
    'compiled',
    'ready in \\\\d+ ms',
    'Local:.*${port}',
    '.*listening.*',
    '^(?<message>up)$',
    'http://[^ ]+:${port}/?$',
  ])('may wait for the line %s', async (log) => {
    expect(await told(process('port: true', `ready: [{ log: "${log}" }]`))).toEqual([]);
  });

  it('writes a value into a regular expression so that it stands for itself', async () => {
    const context = contextOf({}, { env: { WHO: 'a.b(' } });
    const [plan] = await plansOf(process('ready: [{ log: "^${env:WHO}$" }]'), context);
    expect(plan?.processes[0]?.ready).toEqual([{ type: 'log', pattern: '^a\\.b\\($' }]);
  });

  it('is warned when a build watches what it makes', async () => {
    const warningsOf = async (...lines: readonly string[]): Promise<readonly string[]> => {
      const parsed = await parse(build(...lines));
      return parsed.ok ? parsed.warnings.map(({ line, message }) => `${String(line)} ${message}`) : ['wrong'];
    };
    expect(await warningsOf('watch: { include: ["dist/**"] }', 'out: dist/server')).toEqual([
      expect.stringMatching(/^7 .*covers “dist\/server”, which the build itself makes/),
    ]);
    expect(await warningsOf('watch: { include: ["**"] }', 'deploy: [{ to: bin/a }]')).toHaveLength(1);
    expect(await warningsOf('watch: { include: ["**"], exclude: ["dist/**"] }', 'out: dist/server')).toEqual([]);
    expect(await warningsOf('watch: { include: ["**"] }', 'deploy: [{ to: /opt/a }]')).toEqual([]);
  });
});

describe('a wrong manifest is told', () => {
  it.each([
    ['', '1:1 version: “version” is missing. Write 1.'],
    ['version: 2\nprojects: []', '1:10 version: “version” is “2”, but must be one of 1.'],
    ['version: 1\nprojects: []', 'must have at least one entry.'],
    ['version: 1\nprojcts: []', 'Did you mean “projects”?'],
    [
      project('proceses: {}'),
      '4:5 projects.0.proceses: “proceses” is not a known key in “projects.0”. Did you mean “processes”?',
    ],
    [project(), '3:5 projects.0: “projects.0” has nothing to run. Add processes, builds or external.devinfo.'],
    [project('preset: vit'), 'Did you mean “vite”?'],
    [project('processes: { ui: }'), '“projects.0.processes.ui” is empty, but must be a mapping.'],
    [
      project('processes: { ui: {} }'),
      '4:18 projects.0.processes.ui.command: “projects.0.processes.ui.command” is missing.',
    ],
    [project('processes: { UI: { command: [a] } }'), 'lower-case letters'],
    [
      project('processes:', '  ui: { command: pnpm run dev }'),
      'must be a list, because no shell takes it apart. Write ["pnpm", "run", "dev"].',
    ],
    [project('processes: { ui: { command: [a] } }', 'processes: {}'), '“processes” is given twice'],
    [
      process('prot: 3000'),
      '7:9 projects.0.processes.ui.prot: “prot” is not a known key in “projects.0.processes.ui”. Did you mean “port”?',
    ],
    [process('port: 70000'), 'at most 65535'],
    [process('port: no'), 'must be true, a port from 1 to 65535, or a mapping'],
    [
      process('port: { rnage: [1, 2] }'),
      '7:17 projects.0.processes.ui.port.rnage: “rnage” is not a known key in “projects.0.processes.ui.port”. Did you mean “range”?',
    ],
    [process('port: { range: [20, 10] }'), 'must not end before it begins'],
    [process('port: { range: [20] }'), 'must have 2 entries'],
    [process('readyTimeout: 30'), 'must have a unit: ms, s, m or h. Write 30s.'],
    [process('readyTimeout: 5 minutes'), 'must be a number with its unit'],
    [process('readyTimeout: 48h'), 'must be between'],
    [process('ready: [{ http: /, log: a }]'), 'must have one of http, log and tcp'],
    [process('ready: [{ http: / }]'), 'is a path, but the process has no port'],
    [process('ready: [{ tcp: true }]'), 'the process has no port'],
    [process('ready: [{ http: "http://example.com/" }]'), 'on this machine'],
    [process('ready: [{ http: "http://127.0.0.1@example.com/" }]'), 'on this machine'],
    [
      process('ready: [{ log: "(" }]'),
      'ready.0.log” cannot be used. The pattern is no regular expression (Unterminated group).',
    ],
    [process('ready: [{ log: "(a+)+b" }]'), 'ready.0.log” cannot be used. The pattern can take'],
    [process('restart: { backoff: [30s, 1s] }'), 'begins with the longer wait'],
    [process('restart: { policy: onfailure }'), 'Did you mean “on-failure”?'],
    [process('stop: { signal: SIGKILL }'), 'must be one of SIGTERM'],
    [process('env: { A: [1] }'), 'must be a text, a number, true or false'],
    [process('env: { A: }'), '“projects.0.processes.ui.env.A” is empty'],
    [process('env: { 1A: x }'), 'must be letters, digits and underscores'],
    [process('cwd: "a\\0b"'), 'must not hold a NUL character'],
    [process('dependsOn: [bakend]'), 'names “bakend”, which is no process or build of this project'],
    [process('dependsOn: [ui]'), 'makes a circle in which nothing can start first: ui → ui'],
    [build('watch: { include: ["../**"] }'), 'leads out of the project'],
    [build('watch: { include: ["{a,../b}/*.go"] }'), 'leads out of the project'],
    [build('watch: { include: ["/etc/*"] }'), 'is not relative'],
    [build('watch: { include: ["!a"] }'), 'List it under “exclude”'],
    [build('watch: { include: ["a\\\\b"] }'), 'Separate folders with “/”'],
    [build('problems: [gop]'), 'must be one of go, tsc'],
    [
      build('problems: [{ name: own, pattern: "(?<message>" }]'),
      'pattern” cannot be used. The pattern is no regular expression',
    ],
    [build('problems: [{ name: own, pattern: "a" }]'), 'Put (?<message>…) around what is to be shown'],
    [build('reload: [{ restart: ui }]'), 'names “ui”, which is no process of this project. There is no process.'],
    [build('reload: [{ method: GET }]'), 'must have one of restart, command and http'],
    [build('reload: [{ http: "http://10.0.0.1/" }]'), 'on this machine'],
    [
      project('install: { when: sometimes, command: [a] }', 'processes: { a: { command: [b] } }'),
      'must be always, or missing:',
    ],
    [project('processes: { a: { command: [b] } }', 'builds: { a: { command: [b] } }'), 'has the name of a process'],
    [
      project('builds:', '  a: { command: [b], out: x }', '  b: { command: [b], out: ./x }'),
      'is also where the build “a” writes',
    ],
    [
      `${process()}\n  - id: demo\n    external: { devinfo: /x }`,
      '7:9 projects.1.id: “projects.1.id” is “demo”, as another project',
    ],
  ])('%j', async (text, message) => {
    const problems = await told(text);
    expect(problems.join('\n')).toContain(message);
  });

  it('of a circle names everything in it', async () => {
    const text = project(
      'processes: { a: { command: [x], dependsOn: [b] }, c: { command: [x], dependsOn: [a] } }',
      'builds: { b: { command: [x], dependsOn: [c] } }',
    );
    expect(await told(text)).toEqual([
      '4:37 projects.0.processes.a.dependsOn: “projects.0.processes.a.dependsOn” makes a circle in which nothing can start first: a → b → c → a. Take one of these out.',
    ]);
  });

  it('once for each thing that is wrong, in the order of the text', async () => {
    const text = project(
      'root: ..',
      'processes:',
      '  ui: { command: [a], cwd: /etc, ready: [{ http: / }] }',
      '  ui2: {}',
    );
    expect((await told(text)).map((each) => each.split(' ')[1])).toEqual([
      'projects.0.root:',
      'projects.0.processes.ui.cwd:',
      'projects.0.processes.ui.ready.0.http:',
      'projects.0.processes.ui2.command:',
    ]);
  });
});
