import type { Duplex, Readable, Writable } from 'node:stream';

export interface SshEndpoint {
  readonly host: string;
  readonly port: number;
}

/** Keys of hosts by alias, one OpenSSH known_hosts file. */
export interface HostKeys {
  /**
   * `new`: pinned now, for there was none. `same`: the pinned one. `changed`: another one, which must not be trusted.
   * `key` is the public key in SSH wire form (RFC 4253, 6.6).
   */
  check(alias: string, key: Buffer): Promise<'new' | 'same' | 'changed'>;
  forget(alias: string): Promise<void>;
  /** `SHA256:…` as OpenSSH prints it, of the pinned key; undefined: none. */
  fingerprint(alias: string): Promise<string | undefined>;
}

export interface SshTarget extends SshEndpoint {
  readonly user: string;
  /** Under which the host's key is pinned. */
  readonly alias: string;
  /** OpenSSH or PEM text of the private key. */
  readonly privateKey: string;
  readonly hostKeys: HostKeys;
  /** Socket of an SSH agent whose keys the remote side may use; undefined: nothing is forwarded. */
  readonly forwardAgent?: string | undefined;
}

export interface ExitStatus {
  /** Null when a signal ended it, or the connection broke (`signal` null, too). */
  readonly code: number | null;
  /** Without SIG: `TERM`. */
  readonly signal: string | null;
}

/** A command that runs on the remote side, without a terminal. Bytes stay as they are. */
export interface RemoteCommand {
  /** Ending it is a half-close: the command reads the end of its input. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles after the last byte of both streams was delivered. Rejects when the connection broke before. */
  readonly exit: Promise<ExitStatus>;
  /** Sends a signal (RFC 4254, 6.9), then closes the channel. */
  end(signal?: string): void;
}

export interface RemoteShell {
  readonly input: Writable;
  readonly output: Readable;
  readonly exit: Promise<ExitStatus>;
  resize(columns: number, rows: number): void;
  end(): void;
}

/** One connection that is logged in. */
export interface SshConnection {
  exec(command: string, options?: { readonly signal?: AbortSignal }): Promise<RemoteCommand>;
  shell(size: { readonly columns: number; readonly rows: number; readonly term?: string }): Promise<RemoteShell>;
  /** A stream to what `host`:`port` is on the remote side. Rejects `unavailable` when nothing listens there. */
  open(host: string, port: number): Promise<Duplex>;
  /** Settles once it is over; undefined after `end`. */
  readonly closed: Promise<Error | undefined>;
  end(): void;
}

export interface PortForward {
  readonly id: string;
  readonly localPort: number;
  readonly remoteHost: string;
  readonly remotePort: number;
  /** `waiting`: the connection is down and is being made again; the local port stays. */
  readonly state: 'open' | 'waiting';
}
