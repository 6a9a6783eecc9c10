import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpBackend, type HttpBackendOptions, openHttpBackend } from './httpBackend.ts';
import { GitWorld } from './world.ts';

let world: GitWorld;
let backend: HttpBackend | undefined;
beforeEach(async () => {
  world = await GitWorld.open();
});
afterEach(async () => {
  await backend?.[Symbol.asyncDispose]();
  backend = undefined;
  await world[Symbol.asyncDispose]();
});

async function serve(options: Partial<HttpBackendOptions> = {}): Promise<HttpBackend> {
  backend = await openHttpBackend({ root: world.repositories, ...options });
  return backend;
}

const hello = (folder = world.into): Promise<string> => readFile(join(folder, 'hello.txt'), 'utf8');
const account = { user: 'me', password: 'hunter2' };

describe('cloning over HTTP', () => {
  it('shows the progress while it comes', async () => {
    await world.repository('app.git', 200);
    const { origin, release } = await serve({ holdAfter: 400_000 });
    const halfway = Promise.withResolvers<void>();
    const cloning = world.clone(`${origin}/app.git`, {
      onProgress(progress) {
        world.progress.push(progress);
        if (progress.step.startsWith('Receiving') && (progress.fraction ?? 0) > 0.2) halfway.resolve();
      },
    });
    await halfway.promise;
    // The rest of the pack is still held: what was seen came live.
    expect(world.progress.at(-1)?.fraction).toBeLessThan(0.8);
    release();
    await cloning;
    const fractions = world.progress.map(({ fraction }) => fraction ?? 0);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(world.progress.at(-1)).toEqual({ step: 'Cloned', fraction: 1 });
    expect(world.lines.filter((line) => line.startsWith('Receiving objects:'))).toHaveLength(1);
  });

  it('clones two at once', async () => {
    await world.repository('one.git', 50);
    await world.repository('two.git', 50);
    const { origin } = await serve();
    const targets = ['one', 'two'].map((name) => join(world.path, name));
    await Promise.all(targets.map((into) => world.clone(`${origin}/${into.slice(-3)}.git`, { into })));
    expect(await Promise.all(targets.map((into) => hello(into)))).toEqual(['hello\n', 'hello\n']);
  });

  it('says that there is no such repository', async () => {
    const { origin } = await serve();
    await expect(world.clone(`${origin}/nothing.git`)).rejects.toMatchObject({ code: 'invalid', field: 'url' });
  });

  it('says that nobody answers there', async () => {
    const { origin } = await serve();
    await backend?.[Symbol.asyncDispose]();
    backend = undefined;
    await expect(world.clone(`${origin}/app.git`)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('cannot be reached') as string,
    });
  });
});

describe('a private repository', () => {
  it('fails at once and asks nobody, whatever dialogs the environment offers', async () => {
    await world.repository('app.git');
    const { origin } = await serve({ account });
    const asked = join(world.path, 'asked');
    const dialog = join(world.path, 'dialog');
    await writeFile(dialog, `#!/bin/sh\ntouch '${asked}'\necho hunter2\n`, { mode: 0o755 });
    await writeFile(join(world.home, '.gitconfig'), `[core]\n\taskPass = ${dialog}\n`);
    const env = { ...world.env, GIT_ASKPASS: dialog, SSH_ASKPASS: dialog, DISPLAY: ':0', GIT_TERMINAL_PROMPT: '1' };
    const before = performance.now();
    await expect(world.clone(`${origin}/app.git`, { env })).rejects.toMatchObject({
      code: 'forbidden',
      field: 'url',
      message: expect.stringContaining('terminal prompts disabled') as string,
      hint: expect.stringContaining('Sign in once') as string,
    });
    expect(performance.now() - before).toBeLessThan(1000);
    await expect(readFile(asked)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  /** A credential helper as people have one in their settings. */
  async function helper(password: string): Promise<void> {
    const script = join(world.path, 'helper');
    await writeFile(script, `#!/bin/sh\n[ "$1" = get ] && printf 'username=me\\npassword=${password}\\n'\n`, {
      mode: 0o755,
    });
    await writeFile(join(world.home, '.gitconfig'), `[credential]\n\thelper = ${script}\n`);
  }

  it('is cloned with the person’s own credential helper, and keeps no secret', async () => {
    await world.repository('app.git');
    const { origin, requests } = await serve({ account });
    await helper(account.password);
    await world.clone(`${origin}/app.git`);
    expect(await hello()).toBe('hello\n');
    expect(requests.some(({ authorization }) => authorization !== undefined)).toBe(true);
    expect(await readFile(join(world.into, '.git', 'config'), 'utf8')).not.toContain('hunter2');
    expect(world.lines.join('\n')).not.toContain('hunter2');
  });

  it('says that the credentials were refused', async () => {
    await world.repository('app.git');
    const { origin } = await serve({ account });
    await helper('wrong');
    await expect(world.clone(`${origin}/app.git`)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('Authentication failed') as string,
    });
  });

  it('masks a password that the person’s insteadOf brings in', async () => {
    const { origin } = await serve();
    const secret = origin.replace('//', '//me:hunter2@');
    await writeFile(join(world.home, '.gitconfig'), `[url "${secret}/"]\n\tinsteadOf = ${origin}/\n`);
    const failed: unknown = await world.clone(`${origin}/nothing.git`).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'invalid' });
    expect(`${String(failed)} ${world.lines.join('\n')}`).not.toContain('hunter2');
  });
});

describe('a server that stalls', () => {
  it('is cancelled with all of Git’s processes within a second', async () => {
    await mkdir(join(world.repositories, 'x'));
    const { origin, asked } = await serve({ silent: true });
    const cancel = new AbortController();
    const failed = world.clone(`${origin}/app.git`, { signal: cancel.signal }).catch((error: unknown) => error);
    await asked;
    expect(await world.processes()).toBeGreaterThan(1);
    const before = performance.now();
    cancel.abort();
    expect(await failed).toMatchObject({ code: 'cancelled' });
    expect(performance.now() - before).toBeLessThan(1000);
    expect(await world.processes()).toBe(0);
  });

  it('is cancelled in the middle of a pack', async () => {
    await world.repository('app.git', 100);
    const { origin } = await serve({ holdAfter: 200_000 });
    const cancel = new AbortController();
    const cloning = world.clone(`${origin}/app.git`, {
      signal: cancel.signal,
      onProgress: ({ fraction }) => (fraction ?? 0) > 0.2 && cancel.abort(),
    });
    await expect(cloning).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('leaves no Git behind when the daemon is killed', async () => {
    const { origin, asked } = await serve({ silent: true });
    const module = pathToFileURL(resolve('src/managers/shared/git/clone.ts')).href;
    const options = JSON.stringify({ url: `${origin}/app.git`, into: world.into, env: world.env });
    const program = `import { cloneRepository } from '${module}'; await cloneRepository(${options});`;
    const daemon = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'ignore' });
    await asked;
    expect(await world.processes()).toBeGreaterThan(1);
    daemon.kill('SIGKILL');
    await expect.poll(() => world.processes()).toBe(0);
  });

  it('ends at the time limit, which has its own error', async () => {
    const { origin } = await serve({ silent: true });
    await expect(world.clone(`${origin}/app.git`, { timeoutMs: 500 })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/did not finish within/) as string,
    });
  });
});
