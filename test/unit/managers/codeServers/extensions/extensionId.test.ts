import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExtension, validExtensions } from '../../../../../src/managers/codeServers/extensions/extensionId.ts';
import { type Temporary, temporaryFolder } from '../../../../support/temporary.ts';

let folder: Temporary;
let file: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'own.vsix');
  await writeFile(file, '');
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('parseExtension', () => {
  it.each([
    ['ms-python.python', { kind: 'gallery', id: 'ms-python.python', version: undefined }],
    ['Acme.One@1.2.3', { kind: 'gallery', id: 'Acme.One', version: '1.2.3' }],
    ['a.b@1.2.3-beta.1', { kind: 'gallery', id: 'a.b', version: '1.2.3-beta.1' }],
    ['a.b@prerelease', { kind: 'gallery', id: 'a.b', version: 'prerelease' }],
    ['/x y/a.vsix', { kind: 'file', path: '/x y/a.vsix' }],
    ['/A.VSIX', { kind: 'file', path: '/A.VSIX' }],
  ])('takes %j', (item, source) => expect(parseExtension(item)).toEqual(source));

  it.each([
    '',
    'python',
    'a.b.c',
    'a.b@latest',
    'a.b@1',
    'a b.c',
    '-a.b',
    'a.-b',
    '--force',
    './a.vsix',
    'a.vsix',
    '/a.zip',
    '/a\0.vsix',
    'a.b\n',
    'https://x/a.vsix',
  ])('refuses %j', (item) => expect(parseExtension(item)).toBeUndefined());
});

describe('validExtensions', () => {
  it('keeps the first of those that are the same, in their order', async () => {
    const list = ['b.b', ' Acme.One ', file, 'acme.one', 'ACME.ONE@1.0.0', file, 'b.b'];
    expect(await validExtensions(list, 'extensions')).toEqual(['b.b', 'Acme.One', file, 'ACME.ONE@1.0.0']);
  });

  it('names the item and the remedy', async () => {
    const refused = async (list: readonly string[], like: object) => {
      await expect(validExtensions(list, 'extensions')).rejects.toMatchObject(like);
    };
    const error = (message: RegExp, hint: RegExp, field: string) => ({
      code: 'invalid',
      field,
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
    await refused(['a.b', 'python'], error(/“python” is not an extension/, /publisher\.name/, 'extensions.1'));
    await refused([''], error(/empty/, /publisher\.name/, 'extensions.0'));
    await refused(['./own.vsix'], error(/not an absolute path/, /whole path/, 'extensions.0'));
    await refused([join(folder.path, 'none.vsix')], error(/none\.vsix does not exist/, /path/, 'extensions.0'));
    const inner = join(folder.path, 'dir.vsix');
    await mkdir(inner);
    await refused([inner], error(/not a file/, /\.vsix/, 'extensions.0'));
  });

  it('refuses a file that may not be read', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may read every file');
    const secret = join(folder.path, 'secret.vsix');
    await writeFile(secret, '');
    await chmod(secret, 0);
    await expect(validExtensions([secret], 'e')).rejects.toMatchObject({
      message: expect.stringContaining('may not be read') as string,
    });
  });

  const part = fc.stringMatching(/^[a-zA-Z0-9][\w-]{0,8}$/);
  const id = fc.tuple(part, part).map(([a, b]) => `${a}.${b}`);

  it('takes all ids; again changes nothing; none comes twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(id, { maxLength: 8 }), async (ids) => {
        const once = await validExtensions(ids, 'x');
        const lower = once.map((one) => one.toLowerCase());
        expect(new Set(lower).size).toBe(lower.length);
        expect(new Set(lower)).toEqual(new Set(ids.map((one) => one.toLowerCase())));
        expect(await validExtensions(once, 'x')).toEqual(once);
      }),
    );
  });

  it('passes nothing that a command line could take for an option, whatever it is given', async () => {
    const item = fc.oneof(
      fc.string(),
      id,
      id.map((one) => `-${one}`),
      fc.constant(`--x=${file}`),
      fc.string().map((s) => `/${s}.vsix`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 3 }), async (list) => {
        const passed = await validExtensions(list, 'x').catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'invalid', field: expect.stringMatching(/^x\.\d+$/) as string });
          return [];
        });
        for (const one of passed) expect(one).toMatch(/^(?:\/|[A-Za-z0-9][^\s]*$)/);
      }),
    );
  });
});
