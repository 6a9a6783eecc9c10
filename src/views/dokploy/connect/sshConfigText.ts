import type { Localizer } from '../../shared/l10n.ts';

/** The line that makes OpenSSH read another file, too: ssh_config(5). */
export function includeLine(file: string): string {
  const path = file.replaceAll('\\', '/');
  return /[\s#=]/.test(path) ? `Include "${path}"` : `Include ${path}`;
}

/** Whether an ssh config includes a file for every host: before its first block. `home`: what `~` means. */
export function includesFile(config: string, file: string, home: string): boolean {
  const normal = (path: string): string => path.replaceAll('\\', '/');
  for (const line of config.split('\n')) {
    if (/^\s*(?:host|match)[\s=]/i.test(line)) return false;
    const [, rest = ''] = /^\s*include\s*[\s=]\s*(.*?)\s*$/i.exec(line) ?? [];
    const words = (rest.match(/"[^"]*"|\S+/g) ?? []).map((word) =>
      word.replaceAll('"', '').replace(/^~(?=\/)/, () => home),
    );
    if (words.some((word) => normal(word) === normal(file))) return true;
  }
  return false;
}

/** What holds only on the machine that Devyard runs on: there the host key is pinned in a file of its own. */
const ownSettings = /^\s*(?:UserKnownHostsFile|StrictHostKeyChecking|HostKeyAlias|CheckHostIP)\s/i;

/**
 * The entry of one host for the ssh config of another machine. The key does not come along: the text says where it is and
 * where it is to go. Undefined when there is no such entry.
 */
export function portableEntry(
  text: string,
  about: { readonly alias: string; readonly name: string; readonly hostKey: string | null; readonly machine: string },
  l10n: Localizer,
): string | undefined {
  const { alias, name, hostKey, machine } = about;
  const lines = text.split('\n').map((line) => line.trimEnd());
  const start = lines.indexOf(`Host ${alias}`);
  if (start === -1) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => !/^\s+\S/.test(line));
  const block = lines.slice(start, length === -1 ? undefined : start + 1 + length);
  const [, keyFile = ''] =
    /^\s*IdentityFile\s+(.*)$/i.exec(block.find((line) => /^\s*IdentityFile\s/i.test(line)) ?? '') ?? [];
  const copied = `~/.ssh/${alias}`;
  const notes = [
    l10n.t('{0}, a workspace of Devyard on {1}.', name, machine),
    l10n.t('Its private key is the file {0} there. Copy it to {1} of the machine', keyFile.replaceAll('"', ''), copied),
    l10n.t('that this entry is for, and let nobody else read it: chmod 600 {0}', copied),
    ...(hostKey === null ? [] : [l10n.t('Its host key is {0}: compare it when ssh asks.', hostKey)]),
  ];
  const entry = block
    .filter((line) => !ownSettings.test(line))
    .map((line) => (/^\s*IdentityFile\s/i.test(line) ? `  IdentityFile ${copied}` : line));
  return [...notes.map((note) => `# ${note}`), ...entry, ''].join('\n');
}
