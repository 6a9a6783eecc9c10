import { DevyardError } from '../../shared/errors.ts';

const maxWords = 500;

/** Log lines (code-server repeats its errors there), stacks, what Node.js adds, and what sums up what was said before. */
const noise =
  /^\[\d{4}-\d\d-\d\dT|^\s+at |^\s+(?:code|name): '|^[{}]$|^\(node:\d+\)|^\(Use `node |Warning: |^Reparsing as |^Failed Installing Extensions|^Make sure you use the full extension ID|^\s*$/;

/** What code-server itself says of a failure, without stack traces and warnings; `name` is the extension it is about. */
export interface Complaint {
  readonly name: string | undefined;
  readonly words: string;
}

/**
 * The first thing that went wrong with the installation of `asked` (lower case), by code-server's error output; later ones
 * follow from it. What `asked` needs is to blame where both are told in the same words, in whichever order.
 */
export function complaintIn(stderr: string, asked: string): Complaint {
  const lines = stderr.split(/\r?\n/).filter((line) => !noise.test(line));
  const complaints = lines.flatMap((line) => {
    const [, name, words] = /^Error while installing extension ([^\s:]+): (.+)$/.exec(line) ?? [];
    return words === undefined || name === undefined ? [] : [{ name, words: words.slice(0, maxWords) }];
  });
  const [first] = complaints;
  if (first !== undefined) {
    return complaints.find(({ name, words }) => name.toLowerCase() !== asked && words === first.words) ?? first;
  }
  for (const line of lines) {
    const [, words] = /^(?:Error while installing extensions|Error): (.+)$/.exec(line) ?? [];
    if (words !== undefined) return { name: undefined, words: words.slice(0, maxWords) };
  }
  return { name: undefined, words: lines.join('\n').slice(-maxWords) };
}

interface Failure {
  /** As it was asked for: an id, with a version or without, or a path. */
  readonly extension: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** Why an installation failed, in words for people, and what to do. */
export function failureOf({ extension, stderr, exitCode }: Failure): DevyardError {
  const asked = idIn(extension);
  const { name, words } = complaintIn(stderr, asked);
  if (exitCode === 127 || exitCode === 126) {
    return new DevyardError('engine-missing', `code-server cannot be run: ${words}`, {
      hint: 'Install code-server again, or set its path.',
    });
  }
  const kind = kinds.find(({ pattern }) => pattern.test(words));
  if (kind !== undefined) {
    const other = name !== undefined && name.toLowerCase() !== asked ? name : undefined;
    const needed = other === undefined ? '' : ` ${extension} needs it.`;
    const message = `${kind.message(other ?? extension)} (code-server says: ${words.replace(/\.$/, '')}).${needed}`;
    return new DevyardError(kind.code, message, { hint: kind.hint });
  }
  const how = exitCode === undefined ? 'was ended' : `ended with exit code ${String(exitCode)}`;
  return new DevyardError(
    'unavailable',
    `${extension} could not be installed: ${words === '' ? `code-server ${how} and said nothing.` : words}`,
    { hint: 'The whole output is in the log.' },
  );
}

function idIn(extension: string): string {
  return extension.replace(/@.*/, '').toLowerCase();
}

interface Kind {
  readonly pattern: RegExp;
  readonly code: DevyardError['code'];
  readonly message: (subject: string) => string;
  readonly hint: string;
}

/** Seen with code-server 4.139. The first that fits counts. */
const kinds: readonly Kind[] = [
  {
    pattern: /ENOSPC|no space left/i,
    code: 'disk-full',
    message: (subject) => `There is no space left to install ${subject}`,
    hint: 'Free some disk space and try again.',
  },
  {
    pattern: /^Extension '.+' not found/i,
    code: 'not-found',
    message: (subject) => `The gallery has no ${subject}`,
    hint: 'Check the spelling (publisher.name) and the version. Not every extension is in every gallery; a .vsix file can be installed instead.',
  },
  {
    pattern: /not compatible with/i,
    code: 'unavailable',
    message: (subject) => `${subject} needs another version of code-server`,
    hint: 'Ask for an older version of the extension (publisher.name@1.2.3), or upgrade code-server.',
  },
  {
    pattern: /manifest mismatch/i,
    code: 'unavailable',
    message: (subject) => `What the gallery sent for ${subject} is another extension`,
    hint: 'Tell whoever runs the gallery; a .vsix file can be installed instead.',
  },
  {
    pattern:
      /central directory|not a zip file|truncated|invalid signature|unexpected EOF|zlib|extension\/package\.json not found/i,
    code: 'unavailable',
    message: (subject) => `What was downloaded for ${subject} is broken, not a package of an extension`,
    hint: 'Try again. If it stays so, the package in the gallery is broken, or something on the way answers in its place.',
  },
  {
    pattern: /certificate|self.signed/i,
    code: 'unavailable',
    message: (subject) => `${subject} was not downloaded, because the gallery’s certificate is not trusted`,
    hint: 'Name the authority’s certificate in NODE_EXTRA_CA_CERTS.',
  },
  {
    pattern: /\(Error: aborted\)|ECONNRESET|socket hang up|^aborted$/i,
    code: 'unavailable',
    message: (subject) => `The connection to the gallery broke off while ${subject} was fetched`,
    hint: 'Check the network and try again.',
  },
  {
    pattern:
      /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|Server returned \d|getaddrinfo|timed? ?out/i,
    code: 'unavailable',
    message: (subject) => `The extension gallery does not answer as it should, so ${subject} was not installed`,
    hint: 'Check the network, the proxy and the gallery’s address; a .vsix file needs no gallery.',
  },
];
