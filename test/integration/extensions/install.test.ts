import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureCodeServer } from '../../../scripts/lib/codeServer.mjs';
import { galleryEnvironment } from '../../../src/managers/codeServers/extensions/gallery.ts';
import { installExtension } from '../../../src/managers/codeServers/extensions/install.ts';
import { installedExtensions } from '../../../src/managers/codeServers/extensions/installed.ts';
import { Gallery } from '../../support/gallery.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { buildVsix, writeVsix } from '../../support/vsix.ts';

/** The real code-server against a gallery on loopback. */
let engine: string;
let folder: Temporary;
let gallery: Gallery;
let lines: string[];

beforeAll(async () => {
  const { layout, reason } = { reason: undefined, ...(await ensureCodeServer()) };
  if (layout === undefined) throw new Error(reason);
  engine = layout.launcher;
}, 300_000);

beforeEach(async () => {
  lines = [];
  folder = await temporaryFolder('devyard-extensions-');
  await mkdir(join(folder.path, 'extensions'));
  await writeFile(join(folder.path, 'config.yaml'), '{}\n');
  gallery = await Gallery.open([
    { publisher: 'Acme', name: 'One', files: { 'one.js': 'one' } },
    { publisher: 'acme', name: 'two' },
    {
      publisher: 'acme',
      name: 'broken',
      vsix: (await buildVsix({ publisher: 'acme', name: 'broken' })).subarray(0, 300),
    },
    { publisher: 'acme', name: 'needs-broken', dependencies: ['acme.broken'] },
    { publisher: 'acme', name: 'pack', pack: ['Acme.One', 'acme.two'] },
    { publisher: 'acme', name: 'future', engine: '^9.0.0' },
  ]);
});

afterEach(async () => {
  await gallery[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const extensions = (): string => join(folder.path, 'extensions');
const install = (extension: string, options: { signal?: AbortSignal; timeoutMs?: number; url?: string } = {}) =>
  installExtension({
    engine,
    extension,
    paths: {
      userData: join(folder.path, 'user-data'),
      extensions: extensions(),
      configFile: join(folder.path, 'config.yaml'),
    },
    env: { PATH: process.env['PATH'], HOME: folder.path, ...galleryEnvironment(options.url ?? gallery.url) },
    signal: options.signal ?? new AbortController().signal,
    onLine: (line) => lines.push(line),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });

const installed = async (): Promise<readonly string[]> => (await installedExtensions(extensions())).map(({ id }) => id);
const failure = (code: string, message: RegExp) => ({
  code,
  message: expect.stringMatching(message) as string,
  hint: expect.stringMatching(/\.$/) as string,
});

/** Command lines that still have to do with this test. */
async function processes(): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'stat=,args='], { maxBuffer: 50_000_000 });
  return stdout.split('\n').filter((line) => line.includes(folder.path) && !line.startsWith('Z'));
}

describe('from a gallery', () => {
  it('installs two, as they spell themselves, and tells of a broken, an unknown and a too new one', async () => {
    expect(await install('acme.one')).toEqual({ id: 'Acme.One', version: '1.2.3' });
    await expect(install('acme.broken')).rejects.toMatchObject(
      failure(
        'unavailable',
        /^What was downloaded for acme\.broken is broken, .*Either not a zip file, or file is truncated\)\.$/,
      ),
    );
    expect(await install('ACME.two@1.2.3')).toEqual({ id: 'acme.two', version: '1.2.3' });
    await expect(install('acme.nope')).rejects.toMatchObject(failure('not-found', /^The gallery has no acme\.nope /));
    await expect(install('acme.two@9.9.9')).rejects.toMatchObject(failure('not-found', /no acme\.two@9\.9\.9/));
    await expect(install('acme.future')).rejects.toMatchObject(
      failure('unavailable', /another version of code-server/),
    );
    expect(await installed()).toEqual(['Acme.One', 'acme.two']);
    expect(await readFile(join(extensions(), 'acme.one-1.2.3', 'one.js'), 'utf8')).toBe('one');
    expect(lines).toContain("Extension 'acme.one' v1.2.3 was successfully installed.");
  });

  it('is content with what is there, without asking the gallery', async () => {
    await install('acme.one');
    gallery.requests.length = 0;
    expect(await install('Acme.One')).toEqual({ id: 'Acme.One', version: '1.2.3' });
    expect(gallery.requests).toEqual([]);
  });

  it('installs what comes with an extension, and names the part that is broken', async () => {
    await install('acme.pack');
    expect(await installed()).toEqual(['Acme.One', 'acme.pack', 'acme.two']);
    await expect(install('acme.needs-broken')).rejects.toMatchObject(
      failure('unavailable', /downloaded for acme\.broken is broken.* acme\.needs-broken needs it\.$/),
    );
    expect(await installed()).toEqual(['Acme.One', 'acme.pack', 'acme.two']);
  });

  it('tells a gallery that is not there, one that fails, one that breaks off and one that is silent', async () => {
    const silence = failure('unavailable', /^The extension gallery does not answer as it should/);
    await expect(install('acme.one', { url: 'http://127.0.0.1:1' })).rejects.toMatchObject(silence);
    gallery.queries = 'fail';
    await expect(install('acme.one')).rejects.toMatchObject(silence);
    gallery.queries = 'well';
    gallery.downloads = 'tear';
    await expect(install('acme.one')).rejects.toMatchObject(
      failure('unavailable', /^The connection to the gallery broke off/),
    );
    gallery.downloads = 'fail';
    await expect(install('acme.one')).rejects.toMatchObject(failure('unavailable', /is broken, not a package/));
    gallery.queries = 'silent';
    await expect(install('acme.one', { timeoutMs: 1500 })).rejects.toMatchObject(
      failure('unavailable', /was not installed within 2 seconds/),
    );
    expect(await installed()).toEqual([]);
    expect(await processes()).toEqual([]);
  });

  it('waits for a slow one', async () => {
    gallery.downloads = 'slow';
    expect(await install('acme.one')).toMatchObject({ id: 'Acme.One' });
  });
});

describe('cancelled in the middle of a download', () => {
  it('ends all processes within two seconds, leaves nothing that looks installed, and can be done again', async () => {
    gallery.downloads = 'stall';
    const controller = new AbortController();
    const outcome = install('acme.one', { signal: controller.signal }).catch((error: unknown) => error);
    await gallery.downloading();
    expect((await processes()).length).toBeGreaterThan(0);
    const start = performance.now();
    controller.abort();
    expect(await outcome).toMatchObject({ code: 'cancelled' });
    while ((await processes()).length > 0) expect(performance.now() - start).toBeLessThan(2000);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(await installed()).toEqual([]);
    expect((await readdir(extensions())).filter((name) => name.startsWith('acme'))).toEqual([]);
    gallery.downloads = 'well';
    expect(await install('acme.one')).toMatchObject({ id: 'Acme.One' });
  });

  it('before it began starts nothing', async () => {
    await expect(install('acme.one', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    expect(lines).toEqual([]);
  });
});

describe('from a file', () => {
  const offline = { url: 'http://127.0.0.1:1' };

  it('needs no gallery, and is what is then there, also in place of a newer one', async () => {
    const path = await writeVsix(folder.path, { publisher: 'Acme', name: 'File' });
    expect(await install(path, offline)).toEqual({ id: 'Acme.File', version: '1.2.3' });
    await writeVsix(folder.path, { publisher: 'Acme', name: 'File', version: '1.0.0' });
    expect(await install(path, offline)).toEqual({ id: 'Acme.File', version: '1.0.0' });
    expect(await installed()).toEqual(['Acme.File']);
  });

  it('that is garbage or too new is refused', async () => {
    const garbage = join(folder.path, 'garbage.vsix');
    await writeFile(garbage, 'garbage');
    await expect(install(garbage)).rejects.toMatchObject(failure('invalid', /garbage\.vsix is not a package/));
    expect(lines).toEqual([]);
    const future = await writeVsix(folder.path, { publisher: 'acme', name: 'future', engine: '^9.0.0' });
    await expect(install(future)).rejects.toMatchObject(failure('unavailable', /another version of code-server/));
  });
});

describe('what is not code-server’s word', () => {
  it('survives a register that a killed code-server tore', async () => {
    await install('acme.one');
    await writeFile(join(extensions(), 'extensions.json'), '[{"identifier":{"id":"acm');
    await install('acme.two');
    expect(await installed()).toEqual(['Acme.One', 'acme.two']);
  });

  it('is looked up: a success that installed nothing is none', async () => {
    const liar = join(folder.path, 'liar');
    await writeFile(liar, '#!/bin/sh\necho "was successfully installed."\n', { mode: 0o755 });
    const options = { paths: { userData: folder.path, extensions: extensions(), configFile: '/dev/null' }, env: {} };
    const run = (engine: string) =>
      installExtension({
        ...options,
        engine,
        extension: 'acme.one',
        signal: new AbortController().signal,
        onLine: () => undefined,
      });
    await expect(run(liar)).rejects.toMatchObject(failure('unavailable', /yet nothing of it is there/));
    await expect(run(join(folder.path, 'none'))).rejects.toMatchObject(failure('engine-missing', /cannot be run/));
  });
});
