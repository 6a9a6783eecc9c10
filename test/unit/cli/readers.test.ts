import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extension, gitUrl, listen } from '../../../src/cli/options/readers.ts';

describe('--listen', () => {
  it.each([
    ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['[::1]', { host: '::1', port: undefined }],
    ['localhost', { host: 'localhost', port: undefined }],
    ['localhost:0', { host: 'localhost', port: 0 }],
  ])('takes %s', (text, expected) => expect(listen(text)).toEqual(expected));

  it.each(['', '8080', ':80', 'a b', 'x:65536', 'x:', '::1', 'http://x'])('refuses “%s”', (text) =>
    expect(() => listen(text)).toThrow(/--listen takes/),
  );
});

it.each(['https://h/x.git', 'ssh://h/x', 'git@h:x/y.git', 'ext::sh -c true', 'file:///x', '--upload-pack=x'])(
  'leaves the Git URL %s as it is',
  (url) => expect(gitUrl(url, 'git')).toBe(url),
);
it.each(['repo', './repo', '../a:b', 'a/b', '/abs'])('makes the path %s absolute', (path) =>
  expect(gitUrl(path, 'git')).toBe(resolve(path)),
);

it('makes the path of a package absolute, and leaves an id as it is', () => {
  expect(extension('x.VSIX', 'extension')).toBe(resolve('x.VSIX'));
  expect(extension('a.b@1.2.3', 'extension')).toBe('a.b@1.2.3');
});
