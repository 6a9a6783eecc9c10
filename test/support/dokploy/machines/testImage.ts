import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Engine, EngineError } from './engine.ts';
import { ownedFolder } from './owner.ts';

const exec = promisify(execFile);

/** Changes the tag whenever what is made of the host's files changes. */
const recipe = '4';
const repository = 'devyard-test';

/** Programs of this host that go into the image under their own paths; those with `?` only where they are. */
const programs = [
  ...['/bin/busybox', '/bin/dash', '/usr/sbin/sshd', '/usr/bin/ssh-keygen'],
  ...['?/usr/lib/openssh/sftp-server', '?/usr/lib/openssh/sshd-session', '?/usr/lib/openssh/sshd-auth', '?/bin/bash'],
  ...['?/usr/sbin/useradd', '?/usr/sbin/groupadd', '?/usr/sbin/usermod', '?/usr/bin/git', '?/usr/bin/ssh'],
];

const files: Readonly<Record<string, string>> = {
  'etc/passwd': [
    'root:x:0:0:root:/root:/bin/sh',
    'sshd:x:101:65534::/run/sshd:/usr/sbin/nologin',
    'nobody:x:65534:65534::/:/usr/sbin/nologin\n',
  ].join('\n'),
  'etc/shadow': ['root:*:19000:0:99999:7:::', 'sshd:!:19000::::::', 'nobody:*:19000::::::\n'].join('\n'),
  'etc/group': ['root:x:0:', 'nogroup:x:65534:\n'].join('\n'),
  'etc/gshadow': ['root:*::', 'nogroup:*::\n'].join('\n'),
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n',
  'etc/profile':
    'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nfor file in /etc/profile.d/*.sh; do [ -r "$file" ] && . "$file"; done\n',
  'etc/skel/.profile': '# made with the account\n',
  // What an image with an SSH server of its own does: it takes the key from AUTHORIZED_KEY and makes its keys by itself.
  'usr/local/bin/start-sshd': [
    '#!/bin/sh',
    'set -e',
    'mkdir -p /root/.ssh /run/sshd',
    'echo "$AUTHORIZED_KEY" >/root/.ssh/authorized_keys',
    '[ -e /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key',
    'exec /usr/sbin/sshd -D -e -o UsePAM=no -o PasswordAuthentication=no -o StrictModes=no -f /dev/null\n',
  ].join('\n'),
};

/**
 * Tag of an image with a shell, BusyBox, OpenSSH's server and what makes users, put together from this host's own programs and
 * their libraries. Without a command it runs an sshd for root with the key from AUTHORIZED_KEY. Made once for each engine.
 * Rejects with what the host lacks.
 */
export async function testImage(engine: Engine): Promise<string> {
  const paths = programs
    .map((entry) => entry.replace('?', ''))
    .filter((path, at) => existsSync(path) || !programs[at]?.startsWith('?'));
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`there is no ${missing.join(', no ')} to make an image of`);
  const tag = await tagOf(paths);
  const found = await engine.call({ method: 'GET', path: `/images/${tag}/json` }).catch((error: unknown) => error);
  if (!(found instanceof Error)) return tag;
  if (!(found instanceof EngineError) || found.status !== 404) throw found;
  await using folder = await ownedFolder();
  await fill(folder.path, paths);
  await importTree(engine, folder.path, tag);
  await removeOthers(engine, tag);
  return tag;
}

/** Images of older recipes, unless something runs them. */
async function removeOthers(engine: Engine, tag: string): Promise<void> {
  const filters = JSON.stringify({ reference: [`${repository}:*`] });
  const listed = await engine.call({ method: 'GET', path: '/images/json', query: { filters } });
  for (const other of (listed as { RepoTags: string[] | null }[]).flatMap(({ RepoTags }) => RepoTags ?? []))
    if (other !== tag) await engine.call({ method: 'DELETE', path: `/images/${other}` }).catch(() => undefined);
}

async function tagOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([recipe, files]));
  for (const path of paths) {
    const { size, mtimeMs } = await stat(path);
    hash.update(JSON.stringify([path, size, mtimeMs]));
  }
  return `${repository}:${hash.digest('hex').slice(0, 12)}`;
}

async function fill(root: string, paths: readonly string[]): Promise<void> {
  const libraries = new Set<string>();
  for (const path of paths) {
    await copy(root, path);
    for (const library of await librariesOf(path)) libraries.add(library);
  }
  for (const library of libraries) await copy(root, library);
  for (const folder of ['tmp', 'root', 'run', 'home', 'proc', 'sys', 'dev', 'var/tmp', 'etc/profile.d', 'etc/ssh'])
    await mkdir(join(root, folder), { recursive: true });
  await chmod(join(root, 'tmp'), 0o1777);
  await chmod(join(root, 'root'), 0o700);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, {
      mode: path.includes('/bin/') ? 0o755 : path.endsWith('shadow') ? 0o600 : 0o644,
    });
  }
  await symlink('dash', join(root, 'bin/sh'));
  const { stdout } = await exec('/bin/busybox', ['--list']);
  for (const applet of stdout.trim().split('\n'))
    if (!existsSync(join(root, 'bin', applet)) && applet !== 'sh') await symlink('busybox', join(root, 'bin', applet));
  // Scripts name these two by their full paths.
  for (const name of ['env', 'nologin'])
    await symlink('/bin/busybox', join(root, name === 'env' ? 'usr/bin' : 'usr/sbin', name));
}

async function copy(root: string, path: string): Promise<void> {
  const to = join(root, path);
  await mkdir(dirname(to), { recursive: true });
  await copyFile(await realpath(path), to);
  await chmod(to, 0o755);
}

/** Paths of the libraries and of the loader; none for a program without. */
async function librariesOf(path: string): Promise<string[]> {
  const { stdout } = await exec('ldd', [path]).catch(() => ({ stdout: '' }));
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/gu)].map(([, library]) => library ?? '');
}

async function importTree(engine: Engine, root: string, tag: string): Promise<void> {
  const version = tag.slice(repository.length + 1);
  const tar = spawn('tar', ['-c', '--owner=0', '--group=0', '--numeric-owner', '-C', root, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(tar, 'exit');
  const query = { fromSrc: '-', repo: repository, tag: version, changes: 'CMD ["/usr/local/bin/start-sshd"]' };
  const words: string[] = [];
  for await (const chunk of await engine.open({ method: 'POST', path: '/images/create', query, archive: tar.stdout }))
    words.push(String(chunk));
  await ended;
  // Trouble after the first byte is told in the stream.
  const trouble = /"error":"([^"]*)"/u.exec(words.join(''))?.[1];
  if (trouble !== undefined) throw new Error(`docker import: ${trouble}`);
}
