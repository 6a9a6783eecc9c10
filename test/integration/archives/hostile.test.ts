import { readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExtractOptions } from '../../../src/managers/shared/archives/types.ts';
import { messageOf } from '../../../src/managers/shared/errors.ts';
import { type RawEntry, rawTar, rawTarGz, rawZip } from '../../support/rawArchives.ts';
import { Workshop } from './extracting.ts';

let workshop: Workshop;

beforeEach(async () => {
  workshop = await Workshop.open();
});

afterEach(() => workshop[Symbol.asyncDispose]());

/** The words in which it is refused. Nothing is left then, inside or outside. */
async function refusal(archive: Buffer, options?: ExtractOptions): Promise<string> {
  const error = await workshop.unpack(archive, options).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'invalid', field: 'archive', hint: expect.stringMatching(/\w/) as string });
  expect(await workshop.contents()).toEqual({});
  expect((await workshop.outside()).toSorted()).toEqual(['archive.bin', 'projects']);
  return messageOf(error);
}

const packers = [
  ['zip', (entries: readonly RawEntry[]) => rawZip(entries)],
  ['tar.gz', rawTarGz],
] as const;
/** A symbolic link, in whichever kind. */
const linkTo = (name: string, linkpath: string, isZip: boolean): RawEntry =>
  isZip ? { name, content: linkpath, mode: 0o120_777 } : { name, linkpath, type: '2' };

describe.each(packers)('%s', (kind, pack) => {
  const isZip = kind === 'zip';
  const good: RawEntry = { name: 'good', content: 'good' };

  it.each([
    ['../escaped', /leads out/],
    ['a/../../../escaped', /leads out/],
    [String.raw`..\..\escaped`, /leads out/],
    ['/tmp/devyard-escaped', /absolute/],
    [String.raw`\escaped`, /absolute/],
    ['C:/escaped', /absolute/],
  ])('refuses the name %j', async (name, words) => {
    expect(await refusal(pack([good, { name, content: 'evil' }]))).toMatch(words);
  });

  it('refuses links to outside, directly or through other links', async () => {
    expect(await refusal(pack([linkTo('out', '/etc/passwd', isZip)]))).toMatch(/absolute/);
    expect(await refusal(pack([good, linkTo('a/out', '../../escaped', isZip)]))).toMatch(/outside/);
    expect(await refusal(pack([linkTo('a/b/top', '../..', isZip), linkTo('out', 'a/b/top/../x', isZip)]))).toMatch(
      /outside/,
    );
    expect(await refusal(pack([linkTo('empty', '', isZip)]))).toMatch(/link to nothing/);
  });

  it('refuses to write through a link, in either order', async () => {
    expect(await refusal(pack([linkTo('dir', 'elsewhere', isZip), { name: 'dir/file', content: 'x' }]))).toMatch(
      /through a link/,
    );
    expect(await refusal(pack([{ name: 'dir/file', content: 'x' }, linkTo('dir', 'elsewhere', isZip)]))).toMatch(
      /comes twice/,
    );
    expect(await refusal(pack([linkTo('file', 'good', isZip), { name: 'file', content: 'x' }]))).toMatch(/comes twice/);
  });

  it('refuses a name that comes twice, and a file that is also a folder', async () => {
    expect(await refusal(pack([good, good]))).toMatch(/“good” comes twice/);
    expect(await refusal(pack([good, { name: 'good/child', content: 'x' }]))).toMatch(/comes twice/);
  });

  it('refuses too many entries, implied folders included', async () => {
    const limits = { entries: 10 };
    const many = Array.from({ length: 11 }, (_, i) => ({ name: `f${i}`, content: '' }));
    expect(await refusal(pack(many), { limits })).toMatch(/more than 10 files and folders/);
    expect(await refusal(pack([{ name: 'a/b/c/d/e/f/g/h/i/j/k', content: '' }]), { limits })).toMatch(/more than 10/);
    expect(await refusal(pack(Array.from({ length: 11 }, () => ({ name: 'd/', type: '5' }))), { limits })).toMatch(
      /more than 10/,
    );
  });

  it('refuses too many bytes, and too many for its size', async () => {
    const zeros = { name: 'zeros', content: Buffer.alloc(4 * 2 ** 20) };
    expect(await refusal(pack([zeros]), { limits: { bytes: 1e6 } })).toMatch(/more than 1,000,000 bytes/);
    expect(await refusal(pack([zeros]), { limits: { ratioFrom: 2 ** 20 } })).toMatch(/more than 200 times/);
    // Small ones add up.
    const small = Array.from({ length: 64 }, (_, i) => ({ name: `z${i}`, content: Buffer.alloc(65_536) }));
    expect(await refusal(pack(small), { limits: { ratio: 50, ratioFrom: 2 ** 20 } })).toMatch(/more than 50 times/);
    await workshop.unpack(pack([zeros]));
  });

  it('says that an archive is damaged that ends too early', async () => {
    // What does not compress, so that every cut hits content.
    const noise = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i * 31 + (i >> 3) * 17) & 255));
    const whole = pack([good, { name: 'noise', content: noise, method: 0 }]);
    for (const part of [0.1, 0.5, 0.9, 0.999]) {
      expect(await refusal(whole.subarray(0, Math.floor(whole.length * part)))).toMatch(/work\.zip is damaged/);
    }
  });

  it('stops amid the work, with nothing left', async () => {
    const abort = new AbortController();
    const entries = Array.from({ length: 3000 }, (_, i) => ({ name: `d${i % 7}/f${i}`, content: 'x'.repeat(2000) }));
    const running = workshop.unpack(pack(entries), { signal: abort.signal });
    const reason = new Error('enough');
    const outcome = running.catch((error: unknown) => error);
    while ((await readdir(workshop.parent, { recursive: true }).catch(() => [])).length < 5);
    abort.abort(reason);
    expect(await outcome).toBe(reason);
    expect(await workshop.contents()).toEqual({});
  });

  it('never writes outside, whatever the names', async () => {
    const part = fc.oneof(fc.constantFrom('..', '.', 'a', 'b', '/', '\\', 'C:', 'x'), fc.string({ maxLength: 3 }));
    const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/').slice(0, 90));
    const entry = fc.oneof(
      name.map((name): RawEntry => ({ name, content: 'written' })),
      fc.tuple(name, name).map(([name, target]) => linkTo(name, target, isZip)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 4 }), async (entries) => {
        await using shop = await Workshop.open();
        await shop.unpack(pack(entries)).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'invalid' });
        });
        expect((await shop.outside()).toSorted()).toEqual(['archive.bin', 'projects']);
        expect(Object.keys(await shop.contents()).every((path) => /^target(?:\/|$)/.test(path))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('zip', () => {
  it('refuses what is encrypted, compressed by a strange method, or a device', async () => {
    expect(await refusal(rawZip([{ name: 'a', content: 'x', flags: 0x801 }]))).toMatch(/“a” is encrypted/);
    expect(await refusal(rawZip([{ name: 'a', content: 'x', method: 12 }]))).toMatch(/method 12/);
    expect(await refusal(rawZip([{ name: 'a', content: 'x', mode: 0o020_666 }]))).toMatch(/device/);
  });

  it.each([10, 400_000])('notices a wrong checksum and a wrong length of %i bytes', async (length) => {
    const content = Buffer.alloc(length, 'ab');
    expect(await refusal(rawZip([{ name: 'a', content, claims: { crc: 1 } }]))).toMatch(
      /damaged: the checksum of “a” is wrong/,
    );
    expect(await refusal(rawZip([{ name: 'a', content, claims: { size: length - 1 } }]))).toMatch(
      /damaged: “a” is not as long/,
    );
    expect(await refusal(rawZip([{ name: 'a', content, claims: { size: length + 1 } }]))).toMatch(
      /damaged: “a” is not as long/,
    );
  });

  it('counts what is shared by several entries each time it is unpacked', async () => {
    const archive = rawZip([
      { name: 'a', content: Buffer.alloc(2 ** 20) },
      { name: 'b', content: Buffer.alloc(2 ** 20) },
    ]);
    // The second entry of the table points to the content of the first.
    const second = archive.lastIndexOf('PK\x01\x02');
    archive.writeUInt32LE(0, second + 42);
    expect(await refusal(archive, { limits: { bytes: 1.5e6 } })).toMatch(/more than 1,500,000 bytes/);
  });
});

describe('tar.gz', () => {
  it('refuses hard links to what is no file of the archive', async () => {
    for (const linkpath of ['/etc/passwd', '../../outside', 'missing', 'dir', 'self', 'later']) {
      expect(
        await refusal(
          rawTarGz([
            { name: 'dir/', type: '5' },
            { name: 'self', type: '1', linkpath },
            { name: 'later', type: '2', linkpath: 'dir' },
          ]),
        ),
      ).toMatch(/hard link to what is no file/);
    }
  });

  it('refuses a hard link to a symbolic link that leads out from where it lies, and to write through one', async () => {
    const link = { name: 'a/b/link', type: '2', linkpath: '../../x' };
    expect(await refusal(rawTarGz([link, { name: 'a/copy', type: '1', linkpath: 'a/b/link' }]))).toMatch(
      /“a\/copy” is a link to outside/,
    );
    const dir = [
      { name: 'dir/', type: '5' },
      { name: 'link', type: '2', linkpath: 'dir' },
      { name: 'copy', type: '1', linkpath: 'link' },
    ];
    expect(await refusal(rawTarGz([...dir, { name: 'copy/file', content: 'x' }]))).toMatch(/through a link/);
  });

  it('does not take the rest of a broken stream for an appendix', async () => {
    const tar = rawTar([{ name: 'a', content: 'x' }, { name: 'b' }]);
    const [first, second] = [gzipSync(tar.subarray(0, 1024)), gzipSync(tar.subarray(1024))];
    second[0] = 0x20;
    expect(await refusal(Buffer.concat([first, second]))).toMatch(/something else begins amid it/);
    expect(await refusal(gzipSync(tar).subarray(0, -3))).toMatch(/ends too early/);
    const flagged = gzipSync(tar);
    flagged[3] = 0x20;
    expect(await refusal(flagged)).toMatch(/flags that gzip does not know/);
    const endless = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(300_000, 'n')]);
    expect(await refusal(endless)).toMatch(/header of its gzip stream has no end/);
  });

  it.each(['3', '4', '6'])('refuses a device or pipe (type %s)', async (type) => {
    expect(await refusal(rawTarGz([{ name: 'special', type }]))).toMatch(/“special” is a (?:device|pipe)/);
  });

  it('refuses sparse files, which it would write wrong', async () => {
    const record = 'GNU.sparse.major=1\n';
    const content = `${record.length + 3} ${record}`;
    expect(await refusal(rawTarGz([{ name: 'pax', type: 'x', content }, { name: 'a' }]))).toMatch(/sparse/);
  });

  it('notices a wrong checksum of a header or of the whole, and a stream that holds no tar', async () => {
    const tar = rawTar([{ name: 'a', content: 'x' }]);
    tar[0] = 0x62;
    expect(await refusal(gzipSync(tar))).toMatch(/wrong checksum/);
    const whole = rawTarGz([{ name: 'a', content: 'x' }]);
    whole.writeUInt32LE(1, whole.length - 8);
    expect(await refusal(whole)).toMatch(/damaged: its checksum is wrong/);
    expect(await refusal(gzipSync(Buffer.from('hello'.repeat(200))))).toMatch(/holds no tar/);
    expect(await refusal(gzipSync(Buffer.from('hello')))).toMatch(/ends too early/);
  });
});

it.each([
  ['zip', 'tar.gz', rawZip([{ name: 'a' }]), 'Choose a .tar.gz or .tgz file, or pack it again.'],
  ['tar.gz', 'zip', rawTarGz([{ name: 'a' }]), 'Choose a .zip file, or pack it again.'],
] as const)('refuses a %s where only %s is accepted, whatever its name', async (kind, only, archive, hint) => {
  const refused = {
    code: 'invalid',
    field: 'zip_file',
    message: `renamed.x is a ${kind} archive, which is not accepted here.`,
  };
  const options = { kinds: [only], field: 'zip_file', name: 'renamed.x' };
  await expect(workshop.unpack(archive, options)).rejects.toMatchObject({ ...refused, hint });
  await expect(workshop.unpack(archive, { ...options, kinds: [] })).rejects.toMatchObject(refused);
  await workshop.unpack(archive, { kinds: [only, kind] });
});

it('shows an odd name as it is, but what would move the cursor or turn the text escaped', async () => {
  const archive = rawZip([{ name: `..\\\n\u001b[2J\u202e"evil`, content: 'x' }]);
  expect(await refusal(archive)).toContain(String.raw`its entry “..\\n\u{001b}[2J\u{202e}"evil” leads out`);
});

it.each([
  ['a text', Buffer.from('#!/bin/sh\necho hello\n')],
  ['nothing', Buffer.alloc(0)],
  ['a tar without gzip', rawTar([{ name: 'a' }])],
])('says what it takes when it gets %s', async (_, bytes) => {
  expect(await refusal(bytes)).toMatch(/work\.zip is neither a zip nor a tar\.gz/);
});
