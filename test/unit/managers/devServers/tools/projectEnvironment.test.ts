import { parseEnv } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectEnvironment, readEnvFile } from '../../../../../src/managers/devServers/tools/projectEnvironment.ts';

const platform = 'linux';

describe('the environment of a project', () => {
  it("is the daemon's, the file's, the plan's; the later ones win", () => {
    const env = projectEnvironment({
      base: { HOME: '/h', A: 'base', B: 'base', C: 'base', GONE: undefined },
      envFile: { path: '/p/.env', text: 'B=file\nC=file\n' },
      plan: [{ C: 'project', D: 'project' }, { D: 'process' }],
      platform,
    });
    expect(env).toEqual({ HOME: '/h', A: 'base', B: 'file', C: 'project', D: 'process' });
  });

  it("has none of the editor's variables, and nobody sets Devyard's", () => {
    const base = {
      VSCODE_IPC_HOOK: 'x',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_EXEC_PATH: '/n',
      DEVYARD_RUN: 'r',
      PATH: '/e/bin/remote-cli:/bin',
    };
    const plan = [{ DEVYARD_RUN: 'forged', ELECTRON_RUN_AS_NODE: '1', NODE_ENV: 'development' }];
    expect(projectEnvironment({ base, plan, platform })).toEqual({
      PATH: '/bin',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_ENV: 'development',
    });
  });

  it('has one variable where Windows knows one', () => {
    const parts = { base: { Path: 'C:\\a', vscode_x: '1' }, plan: [{ PATH: 'C:\\b' }] };
    expect(projectEnvironment({ ...parts, platform: 'win32' })).toEqual({ PATH: 'C:\\b' });
    expect(projectEnvironment({ ...parts, platform })).toEqual({ Path: 'C:\\a', PATH: 'C:\\b' });
  });
});

describe('a dotenv file', () => {
  it('has comments, quotes, values of several lines, and `export`', () => {
    const text = '\uFEFF# c\n\nA=1 # one\nexport B = "two # words"\r\nC=\'x\ny=z\'\nD=\nE=`a"b`\n  F=it\'s';
    expect(readEnvFile('/p/.env', text)).toEqual({
      A: '1',
      B: 'two # words',
      C: 'x\ny=z',
      D: '',
      E: 'a"b',
      F: "it's",
    });
  });

  it.each([
    ['A=1\nhunter2\n', 'line 2 is not NAME=value'],
    ['A="x\ny"\n2B=hunter2', 'line 3 is not NAME=value'],
    ['A="hunter2\nB=2\n', 'line 1 opens a quote that is never closed'],
    ['A=hunter2\0', 'it holds a NUL character'],
    ['A=hunter2\uFFFD', 'it is not UTF-8'],
    ['=hunter2', 'line 1 is not NAME=value'],
  ])('%j is refused by its name and line, without its values', (text, fault) => {
    const message = `/p/.env is no good dotenv file: ${fault}.`;
    const refusal = expect.objectContaining({ code: 'invalid', field: 'envFile', message }) as Error;
    expect(() => readEnvFile('/p/.env', text)).toThrow(refusal);
  });

  it('is read as Node.js reads it, or refused', () => {
    const piece = fc.constantFrom('A', 'B_1', '=', ' ', '\n', '"', "'", '`', '#', 'export ', 'x y', '\r\n', '1');
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (content) => {
        try {
          expect(readEnvFile('/f', content)).toEqual(parseEnv(content));
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid', field: 'envFile' });
        }
      }),
    );
  });

  it('takes every plain file', () => {
    const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,9}$/);
    const value = fc.stringMatching(/^[\w./:@=-]{0,20}$/);
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (variables) => {
        const text = Object.entries(variables)
          .map(([key, each]) => `${key}=${each}\n`)
          .join('');
        expect(readEnvFile('/f', text)).toEqual(variables);
      }),
    );
  });
});
