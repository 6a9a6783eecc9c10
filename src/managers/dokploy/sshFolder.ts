import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DevyardError, errnoOf } from '../shared/errors.ts';
import { diskError, makePrivateDir, writeFileAtomic } from '../shared/files.ts';
import { Mutex } from '../shared/mutex.ts';
import type { SshConfigView } from './model.ts';
import { addInclude, isIncluded } from './ssh/include.ts';
import { writePrivateKey } from './ssh/keyFiles.ts';
import { KnownHosts } from './ssh/knownHosts.ts';
import { renderSshConfig, type SshConfigEntry } from './ssh/sshConfig.ts';
import type { HostKeys } from './ssh/types.ts';

/** The files by which OpenSSH knows the workspaces, too: a key for each, pinned host keys, and a config. */
export class SshFolder {
  readonly #folder: string;
  readonly #include: { readonly configFile: string; readonly includedFile: string };
  readonly #writing = new Mutex();
  readonly hostKeys: HostKeys;

  constructor(folder: string, home: string) {
    this.#folder = folder;
    this.#include = { configFile: join(home, '.ssh', 'config'), includedFile: join(folder, 'config') };
    this.hostKeys = new KnownHosts(this.#knownHosts);
  }

  get #knownHosts(): string {
    return join(this.#folder, 'known_hosts');
  }

  keyFile(id: string): string {
    return join(this.#folder, 'keys', id);
  }

  async saveKey(id: string, privateKey: string): Promise<void> {
    await makePrivateDir(join(this.#folder, 'keys'));
    await writePrivateKey(this.keyFile(id), privateKey);
  }

  /** Rejects `not-found` when the file was taken away. */
  async readKey(id: string): Promise<string> {
    const path = this.keyFile(id);
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw diskError(error, path);
      throw new DevyardError('not-found', `The private key ${path} is gone.`, {
        hint: 'Put it back; or forget the workspace, adopt it anew and authorize the new key in it.',
        cause: error,
      });
    }
  }

  async removeKey(id: string): Promise<void> {
    await rm(this.keyFile(id), { force: true });
  }

  /** Removes what a killed daemon left: keys of no workspace, and halves of files. */
  async sweepKeys(known: ReadonlySet<string>): Promise<void> {
    const keys = join(this.#folder, 'keys');
    for (const name of await readdir(keys).catch(() => [])) if (!known.has(name)) await this.removeKey(name);
  }

  /** Writes the config unless it says the same already. What it is to hold is asked for when it is written. */
  write(entries: () => readonly SshConfigEntry[]): Promise<void> {
    return this.#writing.run(async () => {
      const { includedFile } = this.#include;
      const text = renderSshConfig(entries(), this.#knownHosts);
      if ((await readFile(includedFile, 'utf8').catch(() => undefined)) === text) return;
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFileAtomic(includedFile, text);
    });
  }

  async view(): Promise<SshConfigView> {
    const { includedFile } = this.#include;
    const text = await readFile(includedFile, 'utf8').catch(() => '');
    return { text, file: includedFile, included: await isIncluded(this.#include) };
  }

  async include(): Promise<SshConfigView> {
    await addInclude(this.#include);
    return this.view();
  }
}
