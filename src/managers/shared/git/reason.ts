import { DevyardError, type DevyardErrorCode } from '../errors.ts';

interface Reason {
  readonly says: RegExp;
  /** Only when Git itself says it, not the other side. */
  readonly local?: true;
  readonly code: DevyardErrorCode;
  readonly why: string;
  readonly hint: string;
  readonly field?: 'url' | 'branch';
}

const noRepositoryHere = {
  code: 'invalid',
  why: 'there is no Git repository at this path',
  hint: 'Give the folder of a repository on this machine: one that holds .git, or a bare one. A single file can only be a Git bundle.',
  field: 'url',
} as const satisfies Partial<Reason>;

const missingRepository: Reason = {
  says: /Repository not found|repository '.*' (not found|does not exist)|does not appear to be a git repository|project you were looking for could not be found|not a git repository/i,
  code: 'invalid',
  why: 'there is no such repository, or you may not see it',
  hint: 'Check the address. If the repository is private, sign in once with git in a terminal on this machine, or use an SSH URL.',
  field: 'url',
};

/** Git's and ssh's own words (both in English, see `quietEnvironment`). The first that fits is taken. */
const reasons: readonly Reason[] = [
  {
    says: /No space left on device|Disk quota exceeded|out of disk space/i,
    local: true,
    code: 'disk-full',
    why: 'the disk is full',
    hint: 'Free some space, then try again.',
  },
  {
    says: /Host key verification failed|authenticity of host .* can't be established|HOST IDENTIFICATION HAS CHANGED/i,
    code: 'forbidden',
    why: 'ssh does not know the key of this host, or it has changed',
    hint: 'Connect once with ssh in a terminal, compare the key with what the host publishes, and accept it. Then try again.',
    field: 'url',
  },
  {
    says: /Could not resolve (host|hostname|proxy)|Name or service not known|nodename nor servname/i,
    code: 'unavailable',
    why: 'the name of the host cannot be resolved',
    hint: 'Check the spelling of the host, the network and the proxy settings.',
    field: 'url',
  },
  {
    says: /Remote branch .* not found in upstream|Could not find remote branch/i,
    code: 'invalid',
    why: 'the repository has no such branch or tag',
    hint: 'Give a branch or tag that the repository has, or leave it out for its default branch.',
    field: 'branch',
  },
  // A file that is no repository is taken for a `.git` file that names one.
  { says: /invalid gitfile format|not a gitfile/i, local: true, ...noRepositoryHere },
  missingRepository,
  {
    says: /could not read (Username|Password)|Authentication failed|terminal prompts disabled|Permission denied \(|error: 40[13]\b|HTTP Basic: Access denied|Too many authentication failures/i,
    code: 'forbidden',
    why: 'the repository is private or does not exist, and Git has no accepted credentials for it',
    hint: 'Sign in once with git in a terminal on this machine, so that Git’s credential helper knows you, or use an SSH URL with a key in your ssh agent.',
    field: 'url',
  },
  {
    says: /detected dubious ownership/i,
    code: 'forbidden',
    why: 'the repository belongs to another user of this machine',
    hint: 'If you trust that user, allow it with: git config --global --add safe.directory <path of the repository>',
    field: 'url',
  },
  {
    says: /transport '.*' not allowed/i,
    code: 'invalid',
    why: 'a redirect or your Git configuration (url.….insteadOf) leads to a transport that Devyard does not use',
    hint: 'Use an https://, ssh:// or file address; http:// is for this machine only.',
    field: 'url',
  },
  {
    says: /SSL certificate|certificate verif|server certificate|CAfile/i,
    code: 'unavailable',
    why: 'the certificate of the host is not trusted',
    hint: 'Tell Git the certificate authority of your network (http.sslCAInfo or GIT_SSL_CAINFO).',
    field: 'url',
  },
  {
    says: /cannot run ssh|ssh: not found/i,
    code: 'unavailable',
    why: 'ssh is not installed',
    hint: 'Install the OpenSSH client, or use an https:// URL.',
  },
  {
    says: /Failed to connect|Connection (refused|timed out|reset)|Network is unreachable|No route to host/i,
    code: 'unavailable',
    why: 'the host cannot be reached',
    hint: 'Check the address, the network and the proxy settings, then try again.',
    field: 'url',
  },
  {
    says: /already exists and is not an empty directory/i,
    local: true,
    code: 'conflict',
    why: 'the folder it goes to is not empty',
    hint: 'Choose another folder.',
  },
  {
    says: /unable to checkout working tree|Clone succeeded, but checkout failed/i,
    local: true,
    code: 'unavailable',
    why: 'its files could not be checked out',
    hint: 'See Git’s words. A filter such as Git LFS may be missing or may have failed on this machine.',
  },
];

const shownLines = 6;
const shownCharacters = 800;

/** Says why `git clone` failed, with Git's own last words. `lines` are masked already, see `GitOutput`. */
export function cloneFailure(label: string, lines: readonly string[], exitCode: number | undefined): DevyardError {
  const missing = gitMissing(lines, exitCode);
  if (missing !== undefined) return missing;
  const own = lines.filter((line) => !line.startsWith('remote:')).join('\n');
  const all = lines.join('\n');
  const told = reasons.find(({ says, local }) => says.test(local === true ? own : all));
  // Of a path on this machine, nobody has to sign in to it.
  const reason = told === missingRepository && label.startsWith('/') ? noRepositoryHere : told;
  const words = lines
    .filter((line) => !line.startsWith('Cloning into '))
    .slice(-shownLines)
    .join('\n')
    .slice(-shownCharacters);
  const how = exitCode === undefined ? 'it was ended' : `it ended with exit code ${String(exitCode)}`;
  const said = words === '' ? '' : `\n${words}`;
  return new DevyardError(
    reason?.code ?? 'unavailable',
    `Git could not clone ${label}: ${reason?.why ?? how}.${said}`,
    {
      hint: reason?.hint ?? 'See Git’s words. Try the same with “git clone” in a terminal.',
      ...(reason?.field === undefined ? {} : { field: reason.field }),
    },
  );
}

/** 127 and 126 are the shell's for a program that is not there or cannot be run; macOS has a `git` that only tells to install it. */
function gitMissing(lines: readonly string[], exitCode: number | undefined): DevyardError | undefined {
  const stub = lines.some((line) => /xcrun: error|xcode-select: /.test(line));
  if (exitCode !== 127 && exitCode !== 126 && !stub) return undefined;
  return new DevyardError(
    'unavailable',
    'Git is not installed on this machine, or not on the PATH of Devyard’s daemon.',
    {
      hint: stub
        ? 'Run xcode-select --install in a terminal, then try again.'
        : 'Install Git, then restart Devyard’s daemon.',
    },
  );
}
