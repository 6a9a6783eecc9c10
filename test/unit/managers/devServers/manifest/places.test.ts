import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskFiles } from '../../../../../src/managers/devServers/manifest/projectFiles.ts';
import { temporaryFolder } from '../../../../support/temporary.ts';
import { build, contextOf, parse, plansOf, process, project, told } from './parsing.ts';

describe('placeholders', () => {
  it.each([
    [process('env: { A: "${prot}" }'), 'has the unknown placeholder “${prot}”. Did you mean “${port}”?'],
    [process('env: { A: "${port}" }'), 'uses ${port}, but the process has no port. Add “port: true” to it.'],
    [process('env: { A: "${port:u}" }'), 'uses the port of “u”, which is no process.'],
    [process('env: { A: "${port:ui}" }'), 'the process “ui” has no port'],
    [process('env: { A: "${out}" }'), 'uses ${out}, which only builds have'],
    [process('env: { A: "${env:NONE}" }'), 'uses the environment variable NONE, which is not set'],
    [process('env: { A: "${env:toString}" }'), 'which is not set'],
    [process('env: { A: "${env:}" }'), 'without the name of a variable'],
    [process('env: { A: "${port" }'), 'without the “}” that ends it'],
    [process('cwd: "${port}"'), 'a path is chosen before a port is'],
    [build('env: { A: "${port}" }'), 'only a process has a port of its own'],
    [project('root: "${root}"', 'external: { devinfo: /x }'), 'is not known here'],
  ])('%j', async (text, message) => {
    expect((await told(text)).join('\n')).toContain(message);
  });

  it('never tell a value of the environment', async () => {
    const problems = await told(process('env: { A: "${env:TOKEN} ${x}" }', 'ready: [{ log: "${env:TOKEN}(" }]'));
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('hidden');
    expect(await told(process('env: { A: "hid\\0den" }'))).toEqual([
      '7:19 projects.0.processes.ui.env.A: “projects.0.processes.ui.env.A” cannot be used. It may have 131,072 characters, and no NUL among them.',
    ]);
  });
});

describe('a path', () => {
  it.each([
    ['root', project('root: ..', 'external: { devinfo: /x }')],
    ['root', project('root: ../app2', 'external: { devinfo: /x }')],
    ['cwd', process('cwd: ../..')],
    ['cwd', process('cwd: /etc')],
    ['cwd', process('cwd: "${root}/../x"')],
    ['cwd', process('cwd: "~"')],
    ['envFile', project('envFile: ../.env', 'external: { devinfo: /x }')],
    ['when', project('install: { when: "missing:../x", command: [a] }', 'external: { devinfo: /x }')],
    ['out', build('out: ../x')],
    ['from', build('deploy: [{ from: /etc/passwd, to: x }]')],
    ['to', build('deploy: [{ to: ../x }]')],
    ['devinfo', project('external: { devinfo: ../x }')],
  ])('%s that leads out is refused', async (key, text) => {
    const [problem = '', ...others] = await told(text);
    expect(problem).toMatch(new RegExp(`${key}: .*leads out of the folder of the manifest`));
    expect(others).toEqual([]);
  });

  it('that leads out through a link is refused, whether or not its end exists', async () => {
    const context = contextOf({ '/work/app/ui/x': '' }, { links: { '/work/app/ui': '/elsewhere' } });
    expect((await told(process('cwd: ui'), context))[0]).toContain('through a link');
    expect((await told(build('out: ui/new/file'), context))[0]).toContain('through a link');
  });

  it('in a manifest that is itself reached through a link is good', async () => {
    const context = contextOf({}, { links: { '/work/app': '/real/app' } });
    expect(await plansOf(process('cwd: ui'), context)).toMatchObject([{ processes: [{ cwd: '/work/app/ui' }] }]);
  });

  it('of a refused root is not read for its preset', async () => {
    const context = contextOf({ '/work/other/package.json': '{"scripts":{"dev":"vite"}}' });
    expect(await parse(project('root: ../other', 'preset: vite'), context)).toMatchObject({ ok: false });
    expect((context.files as unknown as { read: string[] }).read).toEqual([]);
  });

  it('is followed on a real disk, a link to nothing included', async () => {
    await using folder = await temporaryFolder();
    const [app, outside] = [join(folder.path, 'app'), join(folder.path, 'outside')];
    await mkdir(app);
    await mkdir(outside);
    await writeFile(join(app, 'devyard.yaml'), '');
    await symlink(outside, join(app, 'out'));
    await symlink(join(outside, 'missing'), join(app, 'dangling'));
    await symlink('loop', join(app, 'loop'));
    await symlink('devyard.yaml', join(app, 'inside'));
    const context = { ...contextOf(), file: join(app, 'devyard.yaml'), files: diskFiles };
    const refused = async (path: string): Promise<boolean> => (await told(build(`out: ${path}`), context)).length > 0;
    expect(await refused('out/file')).toBe(true);
    expect(await refused('dangling')).toBe(true);
    expect(await refused('dangling/file')).toBe(true);
    expect(await refused('inside')).toBe(false);
    expect(await refused('new/file')).toBe(false);
    expect(await diskFiles.realpath(join(app, 'loop'))).not.toBeNull();
    expect(await diskFiles.readText(join(app, 'none'))).toBeUndefined();
    expect(await diskFiles.list(join(app, 'none'))).toEqual([]);
  });
});
