import { chmod, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DevyardError, errnoOf } from '../../shared/errors.ts';
import { diskError, makeFolders, writeFileAtomic } from '../../shared/files.ts';
import { configWord } from './sshConfig.ts';

/** The line in a person's ssh config by which OpenSSH, and editors that use it, read another file, too. */
export interface SshInclude {
  /** The person's file: `~/.ssh/config`. */
  readonly configFile: string;
  readonly includedFile: string;
}

/** Whether the file is included for every host. Not when the line stands in a `Host` or `Match` block, where it is for some. */
export async function isIncluded(include: SshInclude): Promise<boolean> {
  const { text } = await readConfig(include.configFile);
  return topLevel(text).some((line) => includes(line, include.includedFile));
}

/**
 * Includes the file by the first line of the config; everything else stays byte for byte. Makes what is missing (0700, 0600).
 * A config that is a link is changed where it points to. Fine when it is included already.
 */
export async function addInclude(include: SshInclude): Promise<void> {
  const config = await readConfig(include.configFile);
  if (topLevel(config.text).some((line) => includes(line, include.includedFile))) return;
  const end = /\r?\n/.exec(config.text)?.[0] ?? '\n';
  const line = `${includeLine(include.includedFile)}${end}`;
  // Before the first block: a line within one would hold for its hosts only.
  await writeConfig(config, Buffer.concat([Buffer.from(line), config.bytes]));
}

/** Takes such lines out again, wherever they stand. The file stays, even empty, and so does a line that includes more. */
export async function removeInclude(include: SshInclude): Promise<void> {
  const config = await readConfig(include.configFile);
  const kept = linesOf(config.text).filter((line) => {
    const { length } = includedBy(line);
    return length !== 1 || !includes(line, include.includedFile);
  });
  const text = kept.join('');
  if (text !== config.text) await writeConfig(config, Buffer.from(text, 'latin1'));
}

interface Config {
  /** Where the bytes lie: behind all links. */
  readonly path: string;
  readonly bytes: Buffer;
  /** A character for each byte, so that nothing is lost whatever the encoding is. */
  readonly text: string;
  /** Undefined: there is no file yet. */
  readonly mode: number | undefined;
}

async function readConfig(configFile: string): Promise<Config> {
  const path = await realPath(configFile);
  try {
    const bytes = await readFile(path);
    return { path, bytes, text: bytes.toString('latin1'), mode: (await stat(path)).mode & 0o7777 };
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw withAdvice(error, path);
    return { path, bytes: Buffer.alloc(0), text: '', mode: undefined };
  }
}

/** Also for a link to a file that is not there yet. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw diskError(error, path);
  }
  const target = await readlink(path).catch(() => undefined);
  return target === undefined ? path : resolve(dirname(path), target);
}

async function writeConfig({ path, mode }: Config, bytes: Buffer): Promise<void> {
  try {
    await makeFolders(dirname(path), 0o700);
    await writeFileAtomic(path, bytes, mode === undefined ? 0o600 : mode & 0o600);
    // What the process may not give at creation: bits that its umask takes away.
    if (mode !== undefined) await chmod(path, mode);
  } catch (error) {
    throw withAdvice(diskError(error, path), path);
  }
}

/** A config that other tools manage may be in a place that cannot be written. */
function withAdvice(error: unknown, path: string): unknown {
  const known = diskError(error, path);
  if (!(known instanceof DevyardError) || known.code === 'disk-full') return known;
  return new DevyardError(known.code, known.message, {
    hint: `Add the Include line yourself, before the first “Host” line of ${path}.`,
    cause: known.cause,
  });
}

/** In which `*`, `?` and `[` mean themselves (glob(7)). */
function includeLine(file: string): string {
  const slashes = process.platform === 'win32' ? file.replaceAll('\\', '/') : file;
  if (process.platform !== 'win32' && /[*?[\]\\]/.test(slashes)) {
    // Escapes would have to pass two readers, whose rules differ between versions of OpenSSH.
    throw new DevyardError('invalid', `${file} cannot be included: “*”, “?”, “[” and “\\” have a meaning there.`, {
      field: 'includedFile',
      hint: 'Choose a data directory without them.',
    });
  }
  return `Include ${configWord(slashes, 'includedFile')}`;
}

function includes(line: string, file: string): boolean {
  const wanted = Buffer.from(file).toString('latin1').replaceAll('\\', '/');
  return includedBy(line).includes(wanted);
}

/** The files that a line includes, with slashes. */
function includedBy(line: string): readonly string[] {
  const [, rest = ''] = /^\s*include\s*[\s=]\s*(.*?)\s*$/i.exec(line) ?? [];
  const words = rest.match(/"[^"]*"|\S+/g) ?? [];
  return words.map((word) => word.replaceAll('"', '').replaceAll('\\', '/'));
}

/** The lines that hold for every host: those before the first block. */
function topLevel(text: string): readonly string[] {
  const lines = linesOf(text);
  const block = lines.findIndex((line) => /^\s*(?:host|match)[\s=]/i.test(line));
  return block === -1 ? lines : lines.slice(0, block);
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
