import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose, groupOf } from '../../../src/cli/choose.ts';
import { sections } from '../../../src/cli/commands.ts';
import { createEscape } from '../../../src/cli/dokploy/escape.ts';
import { exitCodeOf } from '../../../src/cli/dokploy/exec.ts';
import { placeOf } from '../../../src/cli/dokploy/forwards.ts';
import { commandLine } from '../../../src/cli/dokploy/quote.ts';
import {
  cpus,
  fileOrInput,
  fingerprint,
  portRange,
  publish,
  unixUser,
  variable,
  volume,
} from '../../../src/cli/options/dokployReaders.ts';

const commands = sections.flatMap((section) => section.commands);

describe('words of a command', () => {
  it.each([
    ['dokploy server', '“dokploy server” is followed by one of list, add, set, test, remove.'],
    ['dokploy server x', 'There is no command “dokploy server x”. “dokploy server” is followed'],
    ['dokploy x', 'There is no command “dokploy x”. “dokploy” is followed by one of server, list, create'],
  ])('“%s” is wrong: %s', (line, message) => {
    expect(() => choose(commands, line.split(' '))).toThrow(message);
  });

  it('make groups', () => {
    expect(groupOf(commands, ['dokploy', 'server']).map(({ words }) => words.at(-1))).toEqual([
      'list',
      'add',
      'set',
      'test',
      'remove',
    ]);
    expect(groupOf(commands, ['dokploy', 'list'])).toEqual([]);
  });
});

describe('values of options', () => {
  const pairs = Array.from({ length: 32 }, (_, index) => (index + 160).toString(16).toUpperCase());
  const printed = pairs.join(':');
  it.each([
    printed,
    printed.toLowerCase(),
    pairs.join(''),
    `sha256 Fingerprint=${printed}`,
    `SHA256:${pairs.join('')}`,
  ])('takes the fingerprint %s', (given) => expect(fingerprint(given, 'certificate')).toBe(printed));
  it('takes none, and no other fingerprint', () => {
    expect(fingerprint('none', 'certificate')).toBeNull();
    for (const wrong of ['', 'AB', printed.slice(3), `${printed}:00`, printed.replace('A', 'G')]) {
      expect(() => fingerprint(wrong, 'certificate')).toThrow(/--certificate takes/);
    }
  });

  it.each([
    ['2222-2250', { from: 2222, to: 2250 }],
    ['2222', { from: 2222, to: 2222 }],
  ])('takes the ports %s', (given, range) => expect(portRange(given, 'x')).toEqual(range));
  it.each(['', '-', '0-5', '5-4', '1-65536', '1-2-3', 'a-b', '99999'])('refuses the ports “%s”', (given) =>
    expect(() => portRange(given, 'ssh-port-range')).toThrow(/--ssh-port-range takes/),
  );

  it.each([
    ['1', 1],
    ['.5', 0.5],
    ['1.25', 1.25],
    ['none', null],
  ])('takes %s cores', (given, cores) => expect(cpus(given, 'cpus')).toBe(cores));
  it.each(['0', '-1', '1e3', '1.', '0x1', 'all', '', '2000', 'Infinity'])('refuses “%s” cores', (given) =>
    expect(() => cpus(given, 'cpus')).toThrow(/--cpus takes/),
  );

  it.each(['dev', '_x', 'a-1'])('takes the user %s', (given) => expect(unixUser(given, 'user')).toBe(given));
  it.each(['Dev', '1a', 'a b', '-a', 'a'.repeat(33)])('refuses the user “%s”', (given) =>
    expect(() => unixUser(given, 'user')).toThrow(`--user takes the name of a Unix user, such as dev, not “${given}”.`),
  );

  it('takes variables, volumes and ports as they are, and never repeats what may be a secret', () => {
    for (const given of ['A', 'A=', '_a1=x=y\nz']) expect(variable(given, 'env')).toBe(given);
    expect(() => variable('1A=secret', 'env')).toThrow(/^--env takes NAME=VALUE(?!.*secret)/);
    expect(volume('home:/home/dev', 'volume')).toBe('home:/home/dev');
    for (const wrong of ['home', 'home:', ':/x', 'home:x', 'a:b:/x'])
      expect(() => volume(wrong, 'volume')).toThrow(/--volume/);
    for (const given of ['80:80', '53:53/udp', '1:65535/tcp']) expect(publish(given, 'publish')).toBe(given);
    for (const wrong of ['80', '0:1', '1:65536', '1:2/sctp', 'a:b'])
      expect(() => publish(wrong, 'publish')).toThrow(/--publish/);
  });

  it('takes a file, or the standard input', () => {
    expect(fileOrInput('-', 'x')).toBe('-');
    expect(fileOrInput('key', 'x')).toBe(resolve('key'));
    expect(() => fileOrInput('', 'x')).toThrow('--x is empty.');
  });
});

it.each([
  ['80', { remotePort: 80 }],
  ['db:5432', { remotePort: 5432, remoteHost: 'db' }],
  ['[::1]:80', { remotePort: 80, remoteHost: '::1' }],
])('forwards to %s', (given, place) => expect(placeOf(given)).toEqual(place));
it.each(['', '0', '65536', 'db', ':80', 'db:', '::1:80', 'a b:80', '[x]:80'])('cannot forward to “%s”', (given) =>
  expect(() => placeOf(given)).toThrow(/neither a port nor/),
);

describe('a command line', () => {
  it('of one word is as it is', () => expect(commandLine(['a b | c'])).toBe('a b | c'));

  it('of several gives the shell each as it is', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const line = commandLine(['printf', String.raw`%s\0`, ...words]);
        expect(execFileSync('sh', ['-c', line]).toString().split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 30 },
    );
  });
});

it('an exit is told as shells do', () => {
  expect(exitCodeOf({ code: 0, signal: null })).toBe(0);
  expect(exitCodeOf({ code: 255, signal: null })).toBe(255);
  expect(exitCodeOf({ code: null, signal: 'KILL' })).toBe(137);
  expect(() => exitCodeOf({ code: null, signal: null })).toThrow('The connection to the workspace broke.');
  expect(() => exitCodeOf({ code: null, signal: 'ODD' })).toThrow('ODD');
});

describe('the way out of a terminal', () => {
  const typed = (...pieces: string[]): [sent: string, left: boolean] => {
    const escape = createEscape();
    let sent = '';
    for (const piece of pieces) {
      const { bytes, isLeaving } = escape(Buffer.from(piece));
      sent += bytes.toString();
      if (isLeaving) return [sent, true];
    }
    return [sent, false];
  };
  it.each([
    [['~.'], '', true],
    [['ls\r~.rest'], 'ls\r', true],
    [['ls\r', '~', '.'], 'ls\r', true],
    [['\n~~.'], '\n~.', false],
    [['cd ~.'], 'cd ~.', false],
    [['~/x'], '~/x', false],
    [['\r~', '\r~.'], '\r~\r', true],
  ])('of %j sends %j', (pieces, sent, left) => expect(typed(...pieces)).toEqual([sent, left]));

  it('changes nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (pieces) => {
        const escape = createEscape();
        const clean = pieces.map((piece) => Buffer.from(piece.filter((byte) => byte !== 0x7e)));
        const sent = clean.map((piece) => escape(piece).bytes);
        expect(Buffer.concat(sent)).toEqual(Buffer.concat(clean));
      }),
    );
  });
});
