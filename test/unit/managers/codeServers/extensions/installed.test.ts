import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  installedExtension,
  installedExtensions,
} from '../../../../../src/managers/codeServers/extensions/installed.ts';
import { parseManifest } from '../../../../../src/managers/codeServers/extensions/manifest.ts';
import { readPackage } from '../../../../../src/managers/codeServers/extensions/package.ts';
import { repairRegistry, restoreRegistry } from '../../../../../src/managers/codeServers/extensions/registry.ts';
import { type Temporary, temporaryFolder } from '../../../../support/temporary.ts';
import { buildVsix, manifestOf, writeVsix } from '../../../../support/vsix.ts';

let temporary: Temporary;
let folder: string;
let register: string;

beforeEach(async () => {
  temporary = await temporaryFolder();
  folder = temporary.path;
  register = join(folder, 'extensions.json');
});
afterEach(() => temporary[Symbol.asyncDispose]());

/** As VS Code unpacks it. */
async function unpack(publisher: string, name: string, version = '1.2.3', at?: string): Promise<string> {
  const place = at ?? `${publisher}.${name}-${version}`.toLowerCase();
  await mkdir(join(folder, place));
  await writeFile(join(folder, place, 'package.json'), JSON.stringify(manifestOf({ publisher, name, version })));
  return place;
}

const entry = (id: string, relativeLocation: string): unknown => ({
  identifier: { id },
  version: '0',
  relativeLocation,
});
const found = async (): Promise<readonly string[]> =>
  (await installedExtensions(folder)).map(({ id, version }) => `${id}@${version ?? ''}`);

describe('what is installed', () => {
  it('is what is registered and lies there, spelled as it spells itself', async () => {
    const one = await unpack('Acme', 'One');
    await unpack('acme', 'unregistered');
    await unpack('acme', 'other', '1.0.0', 'acme.swapped-1.0.0');
    await mkdir(join(folder, 'acme.half-1.0.0'));
    const entries = [
      entry('acme.one', one),
      entry('acme.gone', 'acme.gone-1.0.0'),
      entry('acme.half', 'acme.half-1.0.0'),
      entry('acme.swapped', 'acme.swapped-1.0.0'),
      entry('acme.outside', '../outside'),
      { nonsense: true },
      null,
    ];
    await writeFile(register, JSON.stringify(entries));
    expect(await found()).toEqual(['Acme.One@1.2.3']);
    expect(await installedExtension(folder, 'ACME.one')).toMatchObject({ folder: join(folder, one) });
    expect(await installedExtension(folder, 'acme.unregistered')).toBeUndefined();
  });

  it.each([undefined, '', '[{"identi', '{}'])('is told by the folders with a register that is %j', async (text) => {
    await unpack('Acme', 'One', '1.9.0');
    await unpack('Acme', 'One', '1.10.0');
    await unpack('acme', 'unpacking', '1.0.0', '.0cc87793-7cfd');
    await unpack('acme', 'two', '1.0.0', 'acme.else-1.0.0');
    if (text !== undefined) await writeFile(register, text);
    expect(await found()).toEqual(['Acme.One@1.10.0']);
  });

  it('is nothing in a folder that is not there', async () => {
    expect(await installedExtensions(join(folder, 'none'))).toEqual([]);
  });

  it('can be told for any register', async () => {
    const one = await unpack('Acme', 'One');
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        await writeFile(register, JSON.stringify([value, entry('acme.one', one)]));
        expect(await found()).toContain('Acme.One@1.2.3');
      }),
      { numRuns: 30 },
    );
  });
});

describe('the register', () => {
  it('is left alone when it can be read', async () => {
    expect(await repairRegistry(folder, 7)).toBeUndefined();
    await writeFile(register, '[]');
    expect(await repairRegistry(folder, 7)).toBe('[]');
    expect(await readdir(folder)).toEqual(['extensions.json']);
  });

  it.each(['', '[{"iden'])('is put aside when it is torn: %j', async (text) => {
    await writeFile(register, text);
    expect(await repairRegistry(folder, 7)).toBeUndefined();
    expect(await readdir(folder)).toEqual(['extensions.json.corrupt-7']);
  });

  it('is not put aside when it was only being written', async () => {
    await writeFile(register, '[{"iden');
    const repaired = repairRegistry(folder, 7);
    await writeFile(register, '[]');
    expect(await repaired).toBe('[]');
  });

  it('is put back only when it is torn', async () => {
    await restoreRegistry(folder, '[]');
    expect(await readdir(folder)).toEqual([]);
    await writeFile(register, '[1]');
    await restoreRegistry(folder, '[]');
    expect(await readFile(register, 'utf8')).toBe('[1]');
    await writeFile(register, '[{');
    await restoreRegistry(folder, '[2]');
    expect(await readFile(register, 'utf8')).toBe('[2]');
  });
});

describe('a package', () => {
  it('says who it is', async () => {
    expect(await readPackage(await writeVsix(folder, { publisher: 'Acme', name: 'One' }))).toEqual({
      id: 'Acme.One',
      version: '1.2.3',
    });
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['garbage', async () => Buffer.from('garbage')],
    ['half of one', async () => (await buildVsix({ publisher: 'a', name: 'b' })).subarray(0, 200)],
    ['one of nobody', () => buildVsix({ publisher: '../..', name: 'b' })],
    ['empty', async () => Buffer.alloc(0)],
  ])('that is %s is refused', async (_, bytes) => {
    const path = join(folder, 'bad.vsix');
    await writeFile(path, await bytes());
    await expect(readPackage(path)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('bad.vsix is not a package of an extension: ') as string,
    });
  });

  it('that is gone is named', async () => {
    await expect(readPackage(join(folder, 'none.vsix'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('has a manifest or none, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseManifest(text)?.id ?? 'a.b').toMatch(/^[\w-]+\.[\w-]+$/);
      }),
    );
    expect(parseManifest('\uFEFF{"publisher":"a","name":"b","version":3}')).toEqual({ id: 'a.b', version: undefined });
  });
});
