import { describe, expect, it } from 'vitest';
import {
  resolveCommand,
  resolveTool,
  type ToolContext,
} from '../../../../../src/managers/devServers/tools/resolveTool.ts';
import { fakeFiles } from './fakeFiles.ts';

type Files = Readonly<Record<string, string>>;

function context(files: Files, more: Partial<ToolContext> = {}): ToolContext {
  const env = { PATH: '/usr/local/bin:/usr/bin' };
  return { cwd: '/p/ui', root: '/p', settings: {}, env, platform: 'linux', fs: fakeFiles(files), ...more };
}

const programOf = async (name: string, files: Files, more?: Partial<ToolContext>): Promise<string> =>
  (await resolveTool(name, context(files, more))).program;
const commandOf = async (command: readonly [string, ...string[]], files: Files): Promise<string> =>
  (await resolveCommand(command, context(files))).command.join(' ');

describe('a tool', () => {
  it('is found in the setting, then in the project, then on the PATH', async () => {
    const files = { '/set/vite*': '', '/p/node_modules/.bin/vite*': '', '/usr/bin/vite*': '' };
    expect(await programOf('vite', files, { settings: { vite: '/set/vite' } })).toBe('/set/vite');
    expect(await programOf('vite', files)).toBe('/p/node_modules/.bin/vite');
    expect(await programOf('vite', { '/usr/bin/vite*': '' })).toBe('/usr/bin/vite');
  });

  it('tells where it was found, and what it is really', async () => {
    expect(await resolveTool('go', context({ '/usr/bin/go*': '' }))).toEqual({
      name: 'go',
      program: '/usr/bin/go',
      args: [],
      source: 'path',
      realPath: '/usr/bin/go#real',
      batch: false,
    });
  });

  it('is looked for from the working folder up to the root, and no further', async () => {
    expect(await programOf('vite', { '/p/ui/node_modules/.bin/vite*': '', '/p/node_modules/.bin/vite*': '' })).toBe(
      '/p/ui/node_modules/.bin/vite',
    );
    await expect(programOf('vite', { '/node_modules/.bin/vite*': '' })).rejects.toMatchObject({ code: 'tool-missing' });
    const outside = { cwd: '/p-other/ui', root: '/p' };
    await expect(programOf('vite', { '/p/node_modules/.bin/vite*': '' }, outside)).rejects.toThrow(/not found/);
  });

  it('is not looked for in relative folders, and what is not executable is skipped', async () => {
    const env = { PATH: ':.:bin:./bin:/usr/bin:/bin' };
    const files = { '/p/ui/go*': '', '/p/ui/bin/go*': '', 'bin/go*': '', 'go*': '', '/usr/bin/go': '', '/bin/go*': '' };
    expect(await programOf('go', files, { env })).toBe('/bin/go');
  });

  it('may be a path, relative to the working folder', async () => {
    expect(await programOf('./run.sh', { '/p/ui/run.sh*': '' })).toBe('/p/ui/run.sh');
    expect(await programOf('/opt/x', { '/opt/x*': '' })).toBe('/opt/x');
    await expect(programOf('./run.sh', { '/p/ui/run.sh': '' })).rejects.toMatchObject({
      code: 'tool-missing',
      message: './run.sh is no program: /p/ui/run.sh is missing or not an executable file.',
    });
  });

  it('that is nowhere is one clear error with the fix', async () => {
    await expect(programOf('pnpm', {})).rejects.toMatchObject({
      code: 'tool-missing',
      message: 'pnpm was not found on PATH.',
      hint: 'Install it (`npm install -g pnpm`, or `corepack enable`), or name it in the setting devyard.devServers.tools.',
    });
    for (const PATH of [undefined, '', ':', 'bin']) {
      await expect(programOf('go', {}, { env: { PATH } })).rejects.toMatchObject({
        message: 'go was not found, because PATH names no folder to look in.',
      });
    }
    await expect(programOf('constructor', {})).rejects.toMatchObject({ hint: /^Install the dependencies/ });
  });

  it('that the setting names wrongly is not looked for elsewhere', async () => {
    const files = { '/usr/bin/go*': '', '/set/go': '' };
    await expect(programOf('go', files, { settings: { go: '/set/go' } })).rejects.toMatchObject({
      message: 'The setting devyard.devServers.tools names /set/go for go, which is missing or not an executable file.',
    });
    await expect(programOf('go', files, { settings: { go: 'bin/go' } })).rejects.toThrow(/is not an absolute path/);
    expect(await programOf('go', files, { settings: { go: '' } })).toBe('/usr/bin/go');
  });

  it.each(['', '  ', 'a\0b'])('%j is no name', async (name) => {
    await expect(programOf(name, {})).rejects.toMatchObject({ code: 'invalid', field: 'command' });
  });
});

describe('a package manager', () => {
  const all = { '/usr/bin/npm*': '', '/usr/bin/pnpm*': '', '/usr/bin/yarn*': '', '/usr/bin/bun*': '' };

  it.each<[string, Files, string]>([
    [
      'the packageManager field',
      { '/p/package.json': '{"packageManager":"yarn@4.1.0"}', '/p/pnpm-lock.yaml': '' },
      'yarn',
    ],
    ['devEngines', { '/p/package.json': '{"devEngines":{"packageManager":{"name":"bun"}}}' }, 'bun'],
    ['the lockfile', { '/p/package.json': '{}', '/p/pnpm-lock.yaml': '' }, 'pnpm'],
    ['the nearest of two', { '/p/ui/bun.lock': '', '/p/pnpm-lock.yaml': '' }, 'bun'],
    ['nothing', { '/p/package.json': '{ broken' }, 'npm'],
    ['two that contradict each other', { '/p/yarn.lock': '', '/p/package-lock.json': '' }, 'npm'],
    ['one nobody knows', { '/p/package.json': '{"packageManager":"vlt@1"}', '/p/yarn.lock': '' }, 'yarn'],
  ])('is told by %s', async (_name, files, expected) => {
    expect(await programOf('${pm}', { ...all, ...files })).toBe(`/usr/bin/${expected}`);
  });

  it('stays the one that the command names when the project says nothing', async () => {
    expect(await programOf('pnpm', all)).toBe('/usr/bin/pnpm');
    expect(await programOf('pnpm', { ...all, '/p/yarn.lock': '', '/p/package-lock.json': '' })).toBe('/usr/bin/pnpm');
  });

  it('is that of the setting before that of the project', async () => {
    const files = { ...all, '/set/x*': '', '/p/yarn.lock': '' };
    expect(await programOf('npm', files, { settings: { npm: '/set/x' } })).toBe('/set/x');
    expect(await programOf('npm', files, { settings: { yarn: '/set/x' } })).toBe('/set/x');
    expect(await programOf('${pm}', files, { settings: { yarn: '/set/x' } })).toBe('/set/x');
  });

  it('comes from Corepack where it is not installed', async () => {
    const files = { '/usr/bin/corepack*': '', '/p/pnpm-lock.yaml': '' };
    expect(await commandOf(['${pm}', 'install'], files)).toBe('/usr/bin/corepack pnpm install');
    await expect(commandOf(['bun', 'install'], { '/usr/bin/corepack*': '' })).rejects.toThrow('bun was not found');
  });

  it('that only the project asks for says why it is wanted', async () => {
    await expect(commandOf(['npm', 'install'], { '/usr/bin/npm*': '', '/p/pnpm-lock.yaml': '' })).rejects.toThrow(
      'pnpm was not found on PATH. The project uses it, as its pnpm-lock.yaml says.',
    );
  });

  it.each([
    ['package-lock.json', '${pm} run dev --port 1', 'npm run dev -- --port 1'],
    ['package-lock.json', 'pnpm run dev -- --port 1', 'npm run dev -- --port 1'],
    ['package-lock.json', 'pnpm run dev', 'npm run dev'],
    ['package-lock.json', 'npm run dev --port 1', 'npm run dev --port 1'],
    ['pnpm-lock.yaml', 'npm run dev -- --port 1', 'pnpm run dev --port 1'],
    ['pnpm-lock.yaml', 'pnpm run dev -- --port 1', 'pnpm run dev -- --port 1'],
    ['yarn.lock', 'npm ci', 'yarn install --frozen-lockfile'],
    ['bun.lock', '${pm} install', 'bun install'],
  ])('with %s, “%s” is “%s”', async (lockfile, command, expected) => {
    const [program = '', ...args] = command.split(' ');
    expect(await commandOf([program, ...args], { ...all, [`/p/${lockfile}`]: '' })).toBe(`/usr/bin/${expected}`);
  });
});

describe('on Windows', () => {
  const node = String.raw`C:\node`;
  const bin = String.raw`C:\p\node_modules\.bin`;
  const windows = (files: Files, more: Partial<ToolContext> = {}): ToolContext =>
    context(files, {
      cwd: String.raw`C:\p\ui`,
      root: String.raw`C:\p`,
      platform: 'win32',
      env: { Path: `${node};"C:\\quo;ted";\\driveless;relative`, PATHEXT: '.EXE;.CMD' },
      ...more,
    });
  const shim = String.raw`@ECHO off
GOTO start
:start
SETLOCAL
IF EXIST "%dp0%\node.exe" (
  SET "_prog=%dp0%\node.exe"
) ELSE (
  SET "_prog=node"
)
endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  "%dp0%\..\vite\bin\vite.js" %*
`.replaceAll('\n', '\r\n');

  it('takes the extensions of PATHEXT, and a file without one for no program', async () => {
    const files = { [`${bin}\\vite*`]: '', [`${node}\\vite.exe*`]: '' };
    expect((await resolveTool('vite', windows(files))).program).toBe(`${node}\\vite.exe`);
    expect((await resolveTool('vite.exe', windows(files))).program).toBe(`${node}\\vite.exe`);
    const plain = { Path: node };
    expect((await resolveTool('go', windows({ [`${node}\\go.com*`]: '' }, { env: plain }))).program).toBe(
      `${node}\\go.com`,
    );
  });

  it('looks in no folder of the current drive or folder', async () => {
    const files = { '\\driveless\\go.exe*': '', 'relative\\go.exe*': '' };
    await expect(resolveTool('go', windows(files))).rejects.toMatchObject({ code: 'tool-missing' });
  });

  it('starts the script of a shim with Node.js, without a shell', async () => {
    const script = String.raw`C:\p\node_modules\vite\bin\vite.js`;
    const files = { [`${bin}\\vite.cmd*`]: shim, [script]: '', [`${node}\\node.exe*`]: '' };
    expect(await resolveTool('vite', windows(files))).toMatchObject({
      program: `${node}\\node.exe`,
      args: [script],
      source: 'project',
      batch: false,
    });
  });

  it('starts npm as its own shim does', async () => {
    const text =
      '@ECHO OFF\r\nSET "NODE_EXE=%~dp0\\node.exe"\r\nSET "NPM_CLI_JS=%~dp0\\node_modules\\npm\\bin\\npm-cli.js"\r\n';
    const script = `${node}\\node_modules\\npm\\bin\\npm-cli.js`;
    const files = { [`${node}\\npm.cmd*`]: text, [`${node}\\node.exe*`]: '', [script]: '' };
    const { command } = await resolveCommand(['npm', 'install'], windows(files));
    expect(command).toEqual([`${node}\\node.exe`, script, 'install']);
  });

  it.each(['@echo hello', '"%~dp0\\a.js" & del %*', '"%_prog%" --eval "%dp0%\\a.js" %*'])(
    'says that %j is a batch file',
    async (text) => {
      const files = { [`${bin}\\vite.cmd*`]: text, [`${bin}\\a.js`]: '', [`${node}\\node.exe*`]: '' };
      expect(await resolveTool('vite', windows(files))).toMatchObject({ program: `${bin}\\vite.cmd`, batch: true });
    },
  );
});
