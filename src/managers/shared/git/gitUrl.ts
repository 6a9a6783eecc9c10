import { DevyardError } from '../errors.ts';
import { looksLikeToken } from './credentials.ts';

export interface GitUrl {
  /** What `git clone` is given. Never begins with `-`, holds no secret and names no transport helper. */
  readonly url: string;
  /** For people: `github.com/owner/repo`, or the path. */
  readonly label: string;
}

/** Characters. */
const maxLength = 2048;
const forms =
  'Use https://host/path, ssh://user@host/path, user@host:path, or the absolute path of a repository on this machine.';

const host = String.raw`(?:[\p{L}\p{N}_][\p{L}\p{N}._-]*|\[[0-9a-f:.]+\])`;
const user = String.raw`[\p{L}\p{N}_.+][\p{L}\p{N}_.+-]*`;
const authority = new RegExp(`^(?:(?<user>${user})@)?(?<host>${host})(?::(?<port>\\d{1,5}))?$`, 'iu');
/** `[user@]host:path`, as Git and scp(1) take it: a colon before any slash. */
const scpLike = new RegExp(`^(?:(?<user>${user})@)?(?<host>${host}):(?<path>[^:].*)$`, 'iu');
/** Loopback as text, before any resolver is asked. */
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Checks where a repository is to be cloned from; see gitrepository-layout and the “GIT URLS” part of git-clone(1).
 * Git itself takes more: options, programs to run (`ext::`), unprotected transports, passwords. `field` is named in the
 * error. Throws `invalid`; the text is never repeated there when it may hold a secret.
 */
export function parseGitUrl(text: string, field = 'url'): GitUrl {
  const refuse = (message: string, hint = forms): never => {
    throw new DevyardError('invalid', message, { field, hint });
  };
  if (hasControls(text)) refuse('The Git URL holds a line end or another control character.', 'Paste it as one line.');
  const url = text.trim();
  if (url === '') refuse('The Git URL is empty.');
  if (url.length > maxLength) refuse(`The Git URL is longer than ${String(maxLength)} characters.`);
  if (url.startsWith('-')) refuse('The Git URL begins with “-”, which Git would take for an option.');
  if (/^[^/[]*::/u.test(url)) {
    refuse('The Git URL names a transport helper (“name::address”), which could run any program.');
  }
  if (url.startsWith('/')) return { url, label: url };
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/isu.exec(url) ?? [];
  if (scheme !== undefined && rest !== undefined) return parseSchemed(scheme.toLowerCase(), rest, refuse);
  return parseScpLike(url, refuse);
}

type Refuse = (message: string, hint?: string) => never;

function parseSchemed(scheme: string, rest: string, refuse: Refuse): GitUrl {
  if (!['https', 'http', 'ssh', 'file'].includes(scheme)) {
    refuse(`Devyard does not clone from ${scheme.slice(0, 20)}:// addresses.`);
  }
  if (/%(?:[01][0-9a-f]|7f)/iu.test(rest)) refuse('The Git URL holds an encoded control character.');
  if (scheme === 'file') {
    if (!rest.startsWith('/')) refuse('A file:// URL needs an absolute path: file:///path/of/repository.');
    return { url: `file://${rest}`, label: rest };
  }
  if (/[\s\\]/u.test(rest)) refuse('The Git URL holds a space or a backslash.', 'Write a space in a path as %20.');
  const slash = rest.search(/[/?#]/u);
  const before = slash === -1 ? rest : rest.slice(0, slash);
  const path = slash === -1 ? '' : rest.slice(slash);
  // Up to the last “@”: whatever stands before it is not to be shown.
  const info = before.slice(0, Math.max(before.lastIndexOf('@'), 0));
  if (info.includes(':') || /%3a/iu.test(info)) refuseSecret(refuse);
  const parts = authority.exec(before)?.groups;
  // Git's ssh takes everything up to the first slash for the host.
  if (parts?.['host'] === undefined || (scheme === 'ssh' && !path.startsWith('/')))
    return refuse('The Git URL has no valid host name.');
  if (Number(parts['port'] ?? '1') > 65_535 || Number(parts['port'] ?? '1') < 1)
    refuse('The port of the Git URL is not 1 to 65535.');
  if (scheme !== 'ssh' && looksLikeToken(parts['user'] ?? '')) refuseSecret(refuse);
  if (path.replaceAll('/', '') === '') refuse('The Git URL names a host but no repository.');
  // Git sends ssh's path as it is; a query of http is where tokens are put, and no Git host needs one.
  if (scheme !== 'ssh' && /[?#]/u.test(path)) {
    refuse(
      'The Git URL has a “?” or “#” part, which may hold a secret and which Git does not need.',
      'Leave out “?…” and “#…”.',
    );
  }
  if (scheme === 'http' && !loopback.test(parts['host'])) {
    refuse(
      'http:// is not encrypted, so Devyard takes it for this machine only (localhost, 127.0.0.1, [::1]).',
      'Use https://.',
    );
  }
  return { url: `${scheme}://${rest}`, label: labelOf(parts['host'], path) };
}

function parseScpLike(url: string, refuse: Refuse): GitUrl {
  const colon = url.indexOf(':');
  const slash = url.indexOf('/');
  if (colon === -1 || (slash !== -1 && slash < colon && !url.includes('['))) {
    const isHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+\//iu.test(url);
    refuse('The Git URL is neither an address nor an absolute path.', isHost ? 'Put https:// before it.' : forms);
  }
  if (/^[a-z]:[\\/]/iu.test(url)) refuse('The Git URL is a path of Windows.');
  if (/^(https?|ssh|file):/iu.test(url)) refuse('The Git URL lacks the two slashes after its scheme.');
  const parts = scpLike.exec(url)?.groups;
  const path = parts?.['path'];
  if (parts?.['host'] === undefined || path === undefined)
    return refuse('The Git URL has no valid host name or no path.');
  // Git would take `user:secret@host:path` for a path on the host “user” and put the secret there.
  if (/^[^/]*@[^/]*[:/]/u.test(path)) refuseSecret(refuse);
  if (path.startsWith('-')) refuse('The path of the Git URL begins with “-”, which Git refuses.');
  if (path.replaceAll('/', '') === '') refuse('The Git URL names a host but no repository.');
  return { url, label: labelOf(parts['host'], path) };
}

function refuseSecret(refuse: Refuse): never {
  return refuse(
    'The Git URL holds a password or a token. It would be kept in the clone’s settings, and other programs could see it.',
    'Leave it out: sign in once with git in a terminal, so that Git’s credential helper knows it, or use an SSH URL.',
  );
}

function labelOf(hostName: string, path: string): string {
  return `${hostName.toLowerCase()}/${path.replace(/^\/+/u, '')}`.replace(/\/+$/u, '').replace(/\.git$/iu, '');
}

function hasControls(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text);
}

/**
 * Checks the name of a branch or tag; the rules of git-check-ref-format(1) that matter before Git looks for it.
 * Throws `invalid`.
 */
export function parseBranch(text: string, field = 'branch'): string {
  const branch = text.trim();
  if (branch === '' || branch.length > 250 || /^-|^\/|[\s~^:?*[\\\p{Cc}]|\.\.|@\{|\.lock$|[/.]$/u.test(branch)) {
    throw new DevyardError('invalid', 'This cannot be the name of a branch or tag.', {
      field,
      hint: 'Give the name of a branch or tag as “git branch” and “git tag” show it, such as main or v1.2.',
    });
  }
  return branch;
}
