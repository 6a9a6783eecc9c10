import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  nativeFile,
  programEnvironment,
  requireTerminal,
  terminalCommand,
  terminalEnvironment,
} from '../../../../../src/managers/devServers/terminal/command.ts';
import { holderArguments } from '../../../../../src/managers/devServers/terminal/holder.ts';

describe('the command of a terminal', () => {
  it('is understood by the holder, whatever the arguments look like', () => {
    const command = ['pnpm', 'run', 'dev', '--', '--port', '$(x)'] as const;
    const [node, holder, ...args] = terminalCommand(command, { execPath: '/node', holder: '/h.js', socketPath: '/s' });
    expect([node, holder]).toEqual(['/node', '/h.js']);
    expect(holderArguments(args)).toEqual({ socketPath: '/s', command });
  });

  it.each([[[]], [['/s']], [['/s', '--']], [['/s', 'a', 'b']], [['', '--', 'a']]])('is not %j', (args) => {
    expect(holderArguments(args)).toBeUndefined();
  });
});

describe('the environment of a terminal', () => {
  const env = {
    PATH: '/bin',
    NODE_OPTIONS: '--inspect-brk=9229',
    node_debug: 'net',
    ELECTRON_RUN_AS_NODE: '',
    TERM: 'dumb',
    DEVYARD_RUN: 'r',
  };

  it('does not steer the holder', () => {
    const holder = terminalEnvironment(env);
    expect(Object.keys(holder).filter((name) => /^(?:NODE|ELECTRON)/i.test(name))).toEqual(['ELECTRON_RUN_AS_NODE']);
    expect(holder).toMatchObject({ ELECTRON_RUN_AS_NODE: '1', PATH: '/bin' });
  });

  it('reaches the program as it was meant, with a real terminal', () => {
    expect(programEnvironment(terminalEnvironment(env))).toEqual({
      ...env,
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
    });
    expect(programEnvironment(terminalEnvironment({}))).toEqual({ TERM: 'xterm-256color', COLORTERM: 'truecolor' });
  });
});

describe('the native part', () => {
  it('lies beside the bundle', () => {
    expect(nativeFile('/d', 'linux', 'x64')).toBe(join('/d', 'native', 'linux-x64', 'pty.node'));
    expect(nativeFile('/d', 'win32', 'arm64')).toBe(join('/d', 'native', 'win32-arm64', 'conpty.node'));
  });

  it('that is missing is a clear error', async () => {
    await expect(requireTerminal('/nowhere/terminalHolder.js', 'freebsd', 'riscv64')).rejects.toMatchObject({
      code: 'unavailable',
      message: 'This build of Devyard has no terminals for freebsd-riscv64.',
    });
  });
});
