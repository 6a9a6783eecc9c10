import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveProgress } from '../../../src/managers/shared/archives/types.ts';
import { type RawEntry, rawTar, rawTarGz, rawZip } from '../../support/rawArchives.ts';
import { Workshop } from './extracting.ts';

let workshop: Workshop;

beforeEach(async () => {
  workshop = await Workshop.open();
});

afterEach(() => workshop[Symbol.asyncDispose]());

/** What does not compress. */
const noise = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * i * 31 + (i >> 3) * 17) & 255));
const large = Buffer.from('0123456789abcdef'.repeat(40_000));

describe.each([
  ['zip', (entries: readonly RawEntry[]) => rawZip(entries)],
  ['tar.gz', rawTarGz],
])('%s', (_, pack) => {
  it('makes what is in it: folders, empty and large files, names of all kinds', async () => {
    const longName = `${'deep-ä/'.repeat(30)}end`;
    await workshop.unpack(
      pack([
        { name: './', mode: 0o040_755, type: '5' },
        { name: 'empty/', mode: 0o040_755, type: '5' },
        { name: 'empty/', mode: 0o040_755, type: '5' },
        { name: 'a..b', content: 'dots' },
        { name: 'src/lib/main.ts', content: 'main' },
        { name: 'src/', mode: 0o040_755, type: '5' },
        { name: 'src/nothing', content: '' },
        { name: 'src/large', content: large },
        { name: 'ä/日本/😀.txt', content: 'smile' },
        { name: String.raw`unit\x2dname`, content: 'escaped' },
        { name: longName, content: 'far' },
      ]),
    );
    const contents = await workshop.contents();
    expect(contents).toMatchObject({
      'target/empty': '/',
      'target/a..b': 'dots',
      'target/src/lib/main.ts': 'main',
      'target/src/nothing': '',
      'target/ä/日本/😀.txt': 'smile',
      [String.raw`target/unit\x2dname`]: 'escaped',
      [`target/${longName}`]: 'far',
    });
    expect(contents['target/src/large']).toBe(large.toString());
    expect(await readdir(workshop.parent)).toEqual(['target']);
  });

  it('keeps the executable bit, drops set-id, sticky and foreign write bits, and leaves all usable for the owner', async () => {
    await workshop.unpack(
      pack([
        { name: 'run', mode: 0o106_777, content: '#!' },
        { name: 'locked', mode: 0o100_000 | 0o1000, content: 'x' },
        { name: 'private', mode: 0o100_600, content: 'x' },
        { name: 'folder/file', content: 'x' },
        { name: 'folder/', mode: 0o043_700, type: '5' },
      ]),
    );
    const umask = process.umask();
    expect(await workshop.mode('run')).toBe(0o755 & ~umask);
    expect(await workshop.mode('locked')).toBe(0o600);
    expect(await workshop.mode('private')).toBe(0o600);
    expect(await workshop.mode('folder')).toBe(0o700);
  });

  it('makes links that stay inside, also before what they lead to', async () => {
    const linkTo = (name: string, linkpath: string): RawEntry => ({
      name,
      linkpath,
      type: '2',
      mode: 0o120_777,
      ...(pack === rawTarGz ? {} : { content: linkpath, method: 0 }),
    });
    await workshop.unpack(
      pack([
        linkTo('bin/tool', '../lib/tool.js'),
        linkTo('dangling', 'later/made'),
        linkTo('all', '.'),
        { name: 'lib/tool.js', content: 'tool' },
      ]),
    );
    expect(await workshop.contents()).toMatchObject({
      'target/bin/tool': '-> ../lib/tool.js',
      'target/dangling': '-> later/made',
      'target/lib/tool.js': 'tool',
    });
  });

  it('unpacks 20,000 entries and says how far it is', async () => {
    const entries = Array.from({ length: 20_000 }, (_, i) => ({ name: `d${i % 100}/f${i}`, content: `content ${i}` }));
    const told: ArchiveProgress[] = [];
    await workshop.unpack(pack(entries), { onProgress: (progress) => told.push(progress) });
    expect(await readdir(workshop.target, { recursive: true })).toHaveLength(20_100);
    expect(await readFile(join(workshop.target, 'd99', 'f19999'), 'utf8')).toBe('content 19999');
    expect(told.at(-1)).toEqual({ entries: 20_000, ...(pack === rawTarGz ? {} : { total: 20_000 }) });
    expect(told.filter(({ entries: done, total = done }) => done > total)).toEqual([]);
    expect(told.length).toBeLessThan(100);
  });

  it('unpacks an empty archive into an empty folder that is there', async () => {
    await mkdir(workshop.target);
    await workshop.unpack(pack([]));
    expect(await workshop.contents()).toEqual({ target: '/' });
  });
});

it('tar: a hard link is another name of a file of the archive', async () => {
  await workshop.unpack(
    rawTarGz([
      { name: 'a/file', content: 'same' },
      { name: 'other', type: '1', linkpath: 'a/file' },
    ]),
  );
  expect(await workshop.contents()).toMatchObject({ 'target/other': 'same' });
  const [one, two] = await Promise.all(['a/file', 'other'].map((name) => stat(join(workshop.target, name))));
  expect(one?.ino).toBe(two?.ino);
  expect(one?.nlink).toBe(2);
});

it('tar: a hard link to a symbolic link, as GNU tar writes it, says the same', async () => {
  await workshop.unpack(
    rawTarGz([
      { name: 'a/file', content: 'same' },
      { name: 'a/link', type: '2', linkpath: 'file' },
      { name: 'a/again', type: '1', linkpath: 'a/link' },
      { name: 'a/third', type: '1', linkpath: './a/again' },
    ]),
  );
  expect(await workshop.contents()).toMatchObject({ 'target/a/again': '-> file', 'target/a/third': '-> file' });
});

describe('tar: what lies behind the end is left unread, as by tar and gzip', () => {
  const entries = [{ name: 'a', content: noise(300_000) }];
  const tar = rawTar(entries);
  const whole = gzipSync(tar);
  const zeros = Buffer.alloc(10_240);
  const garbage = Buffer.from('\nsomebody appended this\n');

  it.each([
    ['zeros behind the tar', gzipSync(Buffer.concat([tar, zeros]))],
    ['bytes behind the tar', gzipSync(Buffer.concat([tar, garbage]))],
    ['a member of bytes behind the tar', Buffer.concat([whole, gzipSync(garbage)])],
    ['zeros behind the gzip stream', Buffer.concat([whole, zeros])],
    ['bytes behind the gzip stream', Buffer.concat([whole, garbage])],
    ['half of a magic behind the gzip stream', Buffer.concat([whole, whole.subarray(0, 2)])],
    ['zeros behind a tar without an end', Buffer.concat([gzipSync(tar.subarray(0, -1024)), zeros])],
  ])('%s', async (_, archive) => {
    await workshop.unpack(archive);
    expect(await readFile(join(workshop.target, 'a'))).toEqual(noise(300_000));
  });

  it('reads a stream of several members, with all that a header may hold', async () => {
    const [head, rest] = [tar.subarray(0, 100_000), tar.subarray(100_000)];
    const plain = gzipSync(rest);
    const header = Buffer.concat([
      plain.subarray(0, 3),
      Buffer.from([2 | 4 | 8 | 16]),
      plain.subarray(4, 10),
      Buffer.from([3, 0, 1, 2, 3]),
      Buffer.from(`work.tar\0${'long '.repeat(300)}\0`),
      Buffer.from([0, 0]),
    ]);
    await workshop.unpack(Buffer.concat([gzipSync(head), gzipSync(''), header, plain.subarray(10)]));
    expect(await readFile(join(workshop.target, 'a'))).toEqual(noise(300_000));
  });
});

it('zip: reads UTF-8 names of Unix packers that do not say so, and separators of old Windows packers', async () => {
  await workshop.unpack(
    rawZip([
      { name: 'für/ä', flags: 0, content: 'x' },
      { name: String.raw`dir\file`, host: 0, content: 'y' },
    ]),
  );
  expect(await workshop.contents()).toMatchObject({ 'target/für/ä': 'x', 'target/dir/file': 'y' });
});

it('zip: goes on where the number of entries ran over, as with packers that know no Zip64', async () => {
  const told: ArchiveProgress[] = [];
  await workshop.unpack(
    rawZip(
      [
        { name: 'a', content: '1' },
        { name: 'b', content: '2' },
      ],
      { count: 0 },
    ),
    { onProgress: (progress) => told.push(progress) },
  );
  expect(told.at(-1)).toEqual({ entries: 2, total: 2 });
  expect(await workshop.contents()).toMatchObject({ 'target/a': '1', 'target/b': '2' });
});
