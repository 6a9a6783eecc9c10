import { DevyardError, messageOf } from '../shared/errors.ts';
import type { DokployContext } from './context.ts';
import { type ForwardRequest, Forwards } from './forwards.ts';
import type { ManagedWorkspace } from './managedWorkspace.ts';
import type { ForwardView, SshConfigView } from './model.ts';
import { readBanner } from './ssh/banner.ts';
import { connect } from './ssh/connect.ts';
import { problemOf, sshError, type SshProblem } from './ssh/fault.ts';
import { checkedPrivateKey, publicLine } from './ssh/keys.ts';
import type { SshLink } from './ssh/link.ts';
import { SshPool } from './ssh/pool.ts';
import type { HostKeys, RemoteCommand, RemoteShell, SshEndpoint, SshTarget } from './ssh/types.ts';
import { waitForLogin } from './ssh/waitForLogin.ts';
import { SshFolder } from './sshFolder.ts';

interface ConnectionPorts {
  readonly workspaces: () => readonly ManagedWorkspace[];
  /** Something that a workspace's row shows has changed. */
  readonly changed: (id: string) => Promise<void>;
}

/** How long a sshd may take to say what it is, for who only wants to know whether it answers. Milliseconds. */
const bannerMs = 4000;

/** How long a fresh container may take to let somebody in: it may have to install its SSH server first. Milliseconds. */
const loginMs = 15 * 60_000;

/** What a workspace that is stopped looks like from here. */
const nobodyThere: ReadonlySet<SshProblem> = new Set<SshProblem>(['unreachable', 'refused', 'silent', 'hung-up']);

/** The SSH side of workspaces: their keys, the connection that all commands of one share, and port forwards. */
export class Connections {
  readonly #context: DokployContext;
  readonly #ports: ConnectionPorts;
  readonly #files: SshFolder;
  readonly #pool: SshPool;
  readonly #forwards: Forwards;
  readonly #keys = new Map<string, string>();
  readonly #fingerprints = new Map<string, string>();

  constructor(context: DokployContext, ports: ConnectionPorts) {
    const { clock, random, onProblem } = context;
    this.#context = context;
    this.#ports = ports;
    this.#files = new SshFolder(context.folder, context.home);
    this.#pool = new SshPool({
      clock,
      random,
      target: (id) => this.#target(this.#workspace(id)),
      connect: (target, signal) => this.#connect(target, { signal }),
    });
    this.#forwards = new Forwards({ pool: this.#pool, clock, random, onProblem, changed: ports.changed });
  }

  /** Commands, shells and forwards that go on: they end with this daemon. */
  get activeCount(): number {
    return this.#pool.sessions + this.#forwards.count;
  }

  /** Reads the pinned host keys of workspaces that are known. `stored`: ids of all that are stored, whoever's they are. */
  async load(stored: ReadonlySet<string>): Promise<void> {
    await this.#files.sweepKeys(stored);
    for (const { definition } of this.#ports.workspaces()) await this.#noteHostKey(definition.id, definition.sshAlias);
    await this.writeConfig();
  }

  /** Keeps the private key of a new workspace; resolves with its public line. Throws `invalid` (`privateKey`). */
  async takeKey(id: string, text: string): Promise<string> {
    const privateKey = await checkedPrivateKey(text);
    const publicKey = await publicLine(privateKey);
    await this.#files.saveKey(id, privateKey);
    this.#keys.set(id, privateKey);
    return publicKey;
  }

  /** For a workspace that is about to be known: what a former one of that name had pinned is not about it. */
  freeAlias(alias: string): Promise<void> {
    return this.#files.hostKeys.forget(alias);
  }

  exec(workspace: ManagedWorkspace, command: string, signal?: AbortSignal): Promise<RemoteCommand> {
    return this.#pool.exec(workspace.id, command, signal === undefined ? {} : { signal });
  }

  shell(workspace: ManagedWorkspace, size: { readonly columns: number; readonly rows: number }): Promise<RemoteShell> {
    return this.#pool.shell(workspace.id, size);
  }

  /** Whether SSH answers at all, which a login need not prove. */
  async answers({ definition }: ManagedWorkspace, signal?: AbortSignal): Promise<boolean> {
    const { endpoint } = definition;
    if (endpoint === null) return false;
    const { clock } = this.#context;
    return readBanner(endpoint, { timeoutMs: bannerMs, clock, ...(signal === undefined ? {} : { signal }) }).then(
      () => true,
      () => false,
    );
  }

  /** Resolves when one can log in at this place. */
  async login(workspace: ManagedWorkspace, endpoint: SshEndpoint, signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    await waitForLogin(await this.#target(workspace, endpoint), {
      signal,
      clock,
      timeoutMs: loginMs,
      connect: (target, options) => this.#connect(target, options),
    });
  }

  forward(workspace: ManagedWorkspace, wish: ForwardRequest): Promise<ForwardView> {
    return this.#forwards.open(workspace.id, wish);
  }

  async removeForward({ id, definition }: ManagedWorkspace, remotePort: number): Promise<void> {
    if (await this.#forwards.close(id, remotePort)) return;
    throw new DevyardError('not-found', `Port ${String(remotePort)} of “${definition.name}” is not forwarded.`, {
      field: 'remotePort',
    });
  }

  forwardsOf(id: string): readonly ForwardView[] {
    return this.#forwards.of(id);
  }

  /** `SHA256:…` of the pinned key. */
  hostKey(id: string): string | null {
    return this.#fingerprints.get(id) ?? null;
  }

  async forgetHostKey(workspace: ManagedWorkspace): Promise<void> {
    const { id, definition } = workspace;
    await this.#files.hostKeys.forget(definition.sshAlias);
    this.#fingerprints.delete(id);
    await workspace.refused(undefined);
    // Forwards are made again at once, and pin what is there now.
    this.#pool.renew(id);
  }

  /** Ends the connections to a container that is no more; forwards stay and make new ones. */
  renew(id: string): void {
    this.#pool.renew(id);
  }

  /** For forwards that wait: it is worth trying now. Where there is a connection, it stays. */
  reachable(id: string): void {
    if (this.#forwards.of(id).some(({ state }) => state === 'waiting')) this.#pool.renew(id);
  }

  /** Forgets everything of a workspace that is no more. */
  async forget({ id, definition }: ManagedWorkspace): Promise<void> {
    await this.#forwards.forget(id);
    await this.#pool.forget(id);
    await this.#files.hostKeys.forget(definition.sshAlias);
    this.#fingerprints.delete(id);
    await this.#files.removeKey(id);
    this.#keys.delete(id);
    await this.writeConfig();
  }

  /** Tells OpenSSH where the workspaces are now. */
  writeConfig(): Promise<void> {
    return this.#files.write(() =>
      this.#ports.workspaces().flatMap(({ definition }) => {
        const { id, endpoint, sshAlias: alias, name: title, user, forwardAgent } = definition;
        return endpoint === null
          ? []
          : [{ alias, title, endpoint, user, forwardAgent, identityFile: this.#files.keyFile(id) }];
      }),
    );
  }

  sshConfig(): Promise<SshConfigView> {
    return this.#files.view();
  }

  includeSshConfig(): Promise<SshConfigView> {
    return this.#files.include();
  }

  async close(): Promise<void> {
    await this.#forwards.closeAll();
    await this.#pool.close();
  }

  #workspace(id: string): ManagedWorkspace {
    const found = this.#ports.workspaces().find((workspace) => workspace.id === id);
    if (found === undefined) throw new DevyardError('not-found', `There is no workspace ${id} any more.`);
    return found;
  }

  /** Connects, and tells the workspace whether its SSH server is the one it should be. */
  async #connect(
    target: SshTarget,
    { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs?: number },
  ): Promise<SshLink> {
    const { clock } = this.#context;
    const workspace = this.#ports.workspaces().find(({ definition }) => definition.sshAlias === target.alias);
    try {
      const link = await connect(target, { signal, clock, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
      await workspace?.refused(undefined);
      return link;
    } catch (error) {
      const problem = problemOf(error);
      if (problem === 'host-key' || problem === 'key-refused') {
        const hint = error instanceof DevyardError ? error.hint : undefined;
        await workspace?.refused({ status: 'failed', reason: messageOf(error), hint, lastLines: [] });
      }
      // It was tried first: somebody else may have started it meanwhile.
      if (problem !== undefined && nobodyThere.has(problem) && workspace?.snapshot.state.status === 'stopped') {
        const words = `“${workspace.definition.name}” is stopped.`;
        throw sshError(problem, words, { code: 'wrong-state', hint: 'Start it first.', cause: error });
      }
      throw error;
    }
  }

  async #target({ id, definition }: ManagedWorkspace, place?: SshEndpoint): Promise<SshTarget> {
    const { name, sshAlias: alias, user, forwardAgent } = definition;
    const endpoint = place ?? definition.endpoint;
    if (endpoint === null) {
      throw new DevyardError('wrong-state', `“${name}” has no port for SSH in Dokploy.`, {
        hint: 'Publish the port of its SSH server there, redeploy it, and refresh it here.',
      });
    }
    const agent = this.#context.env['SSH_AUTH_SOCK'];
    return {
      ...endpoint,
      user,
      alias,
      privateKey: await this.#key(id),
      hostKeys: this.#hostKeysOf(id),
      ...(forwardAgent && agent !== undefined && agent !== '' ? { forwardAgent: agent } : {}),
    };
  }

  async #key(id: string): Promise<string> {
    const key = this.#keys.get(id) ?? (await this.#files.readKey(id));
    this.#keys.set(id, key);
    return key;
  }

  /** Pins, and says so on the workspace's row. */
  #hostKeysOf(id: string): HostKeys {
    const { hostKeys } = this.#files;
    return {
      check: async (alias, key) => {
        const found = await hostKeys.check(alias, key);
        if (found === 'new') {
          await this.#noteHostKey(id, alias);
          await this.#ports.changed(id);
        }
        return found;
      },
      forget: (alias) => hostKeys.forget(alias),
      fingerprint: (alias) => hostKeys.fingerprint(alias),
    };
  }

  async #noteHostKey(id: string, alias: string): Promise<void> {
    const fingerprint = await this.#files.hostKeys.fingerprint(alias);
    if (fingerprint === undefined) this.#fingerprints.delete(id);
    else this.#fingerprints.set(id, fingerprint);
  }
}
