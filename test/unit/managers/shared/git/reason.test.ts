import { describe, expect, it } from 'vitest';
import { quietEnvironment } from '../../../../../src/managers/shared/git/environment.ts';
import { cloneFailure } from '../../../../../src/managers/shared/git/reason.ts';

describe('cloneFailure', () => {
  it.each([
    ['fatal: write error: No space left on device', 'disk-full', /Free some space/],
    ['Host key verification failed.', 'forbidden', /Connect once with ssh/],
    [
      "fatal: unable to access 'https://nowhere.invalid/': Could not resolve host: nowhere.invalid",
      'unavailable',
      /spelling/,
    ],
    ['ssh: Could not resolve hostname nowhere: Name or service not known', 'unavailable', /spelling/],
    ["fatal: could not read Username for 'https://host': terminal prompts disabled", 'forbidden', /Sign in once/],
    ["fatal: Authentication failed for 'https://host/'", 'forbidden', /Sign in once/],
    ['git@host: Permission denied (publickey).', 'forbidden', /ssh agent/],
    ['ERROR: Repository not found.', 'invalid', /Check the address/],
    ["fatal: repository 'https://host/x/' not found", 'invalid', /Check the address/],
    ['fatal: invalid gitfile format: /etc/passwd', 'invalid', /folder of a repository/],
    ['fatal: Remote branch nope not found in upstream origin', 'invalid', /branch or tag/],
    ["fatal: detected dubious ownership in repository at '/x'", 'forbidden', /safe\.directory/],
    ["fatal: transport 'http' not allowed", 'invalid', /this machine only/],
    ['fatal: unable to access: SSL certificate problem: self-signed certificate', 'unavailable', /http\.sslCAInfo/],
    ['error: cannot run ssh: No such file or directory', 'unavailable', /OpenSSH/],
    ['fatal: unable to access: Failed to connect to host port 443', 'unavailable', /network/],
    ["fatal: destination path 'x' already exists and is not an empty directory.", 'conflict', /another folder/],
    ['fatal: something new', 'unavailable', /in a terminal/],
  ])('knows “%s”', (line, code, hint) => {
    const error = cloneFailure('host/repo', ["Cloning into 'x'...", line], 128);
    expect(error).toMatchObject({ code, hint: expect.stringMatching(hint) as string });
    expect(error.message).toContain(`Git could not clone host/repo: `);
    expect(error.message).toContain(line);
    expect(error.message).not.toContain('Cloning into');
  });

  it('does not believe the other side that our disk is full', () => {
    expect(cloneFailure('x', ['remote: No space left on device', 'fatal: early EOF'], 128).code).toBe('unavailable');
  });

  it('says that Git is missing, and how to get it on macOS', () => {
    expect(cloneFailure('x', ['sh: 1: exec: git: not found'], 127)).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('Git is not installed') as string,
    });
    expect(cloneFailure('x', ['xcrun: error: invalid active developer path'], 1).hint).toContain(
      'xcode-select --install',
    );
  });

  it('shows the last lines only', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${String(index)} ${'x'.repeat(300)}`);
    const { message } = cloneFailure('x', lines, 128);
    expect(message.length).toBeLessThan(1000);
    expect(message).toContain('line 29');
  });
});

describe('quietEnvironment', () => {
  it('keeps what is the person’s and drops what is the editor’s or points to a repository', () => {
    const kept = {
      HOME: '/h',
      PATH: '/bin',
      SSH_AUTH_SOCK: '/s',
      XDG_CONFIG_HOME: '/x',
      https_proxy: 'http://p',
      NODE_EXTRA_CA_CERTS: '/ca',
      DBUS_SESSION_BUS_ADDRESS: 'unix:',
      GIT_SSH_COMMAND: 'my ssh',
      GIT_SSL_CAINFO: '/ca',
      GIT_CONFIG_GLOBAL: '/g',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'a.b',
      GIT_CONFIG_VALUE_0: 'c',
    };
    const dropped = {
      GIT_DIR: '/d',
      GIT_WORK_TREE: '/w',
      GIT_INDEX_FILE: '/i',
      GIT_OBJECT_DIRECTORY: '/o',
      GIT_CONFIG_PARAMETERS: 'x',
      GIT_TRACE: '1',
      VSCODE_GIT_IPC_HANDLE: '/v',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--x',
      SSH_ASKPASS: '/dialog',
      DISPLAY: ':0',
      WAYLAND_DISPLAY: 'w',
      LANGUAGE: 'de',
      LC_MESSAGES: 'de_DE',
    };
    const own = {
      GIT_ASKPASS: '/dialog',
      GIT_TERMINAL_PROMPT: '1',
      GIT_ALLOW_PROTOCOL: 'ext',
      LC_ALL: 'de_DE',
      LANG: 'de',
    };
    expect(quietEnvironment({ ...kept, ...dropped, ...own }, ['https', 'ssh'])).toEqual({
      ...kept,
      GIT_ASKPASS: '',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: 'https:ssh',
      SSH_ASKPASS_REQUIRE: 'never',
      GCM_INTERACTIVE: 'never',
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
    });
  });
});
