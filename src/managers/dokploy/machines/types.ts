import type { Clock } from '../../shared/clock.ts';
import type { DokployApi, ServiceKind, Task } from '../api/types.ts';
import type { SshEndpoint } from '../ssh/types.ts';

export interface MachineVolume {
  /** Name of the Docker volume. */
  readonly name: string;
  readonly mountPath: string;
}

export interface MachinePort {
  readonly published: number;
  readonly target: number;
  readonly protocol: 'tcp' | 'udp';
}

/** Everything a machine on Dokploy is made from. Plain data: it is stored and read again after a crash. */
export interface MachinePlan {
  readonly kind: ServiceKind;
  /** Unique text that goes into the service's description: what a repeated creation recognises its own by. */
  readonly marker: string;
  readonly name: string;
  readonly project: { readonly name: string } | { readonly projectId: string };
  /** Null: the project's default one. */
  readonly environment: { readonly name: string } | { readonly environmentId: string } | null;
  /** Null: the Dokploy machine itself. */
  readonly serverId: string | null;
  readonly image: string;
  readonly registry: { readonly url: string; readonly username: string; readonly password: string } | null;
  readonly env: Readonly<Record<string, string>>;
  /** Null: no limit. Cores, and MiB. */
  readonly cpus: number | null;
  readonly memoryMb: number | null;
  readonly volumes: readonly MachineVolume[];
  /** Besides the one for SSH. */
  readonly ports: readonly MachinePort[];
  readonly sshPortRange: { readonly from: number; readonly to: number };
  /** The user that logs in. The start script makes it where it is missing. */
  readonly user: string;
  /** One line of authorized_keys. */
  readonly publicKey: string;
  /** `install`: a script at every start sees to sshd, user and key. `image`: the image does that, given AUTHORIZED_KEY. */
  readonly sshd: 'install' | 'image';
  /** The start script ends the container after so many minutes without an SSH session. Null: never. */
  readonly idleStopMinutes: number | null;
  /** Whether something else in the container ends it when nobody uses it, and it is to stay ended then, too. */
  readonly endsItself?: boolean;
}

/** Where a machine is on a Dokploy server. */
export interface MachineRef {
  readonly kind: ServiceKind;
  readonly id: string;
  readonly appName: string;
  readonly serverId: string | null;
}

export interface Machine extends MachineRef {
  /** Null where Dokploy does not say. */
  readonly projectId: string | null;
  readonly environmentId: string | null;
  readonly endpoint: SshEndpoint;
}

/** What the work with machines needs from around it. */
export interface MachineContext {
  readonly api: DokployApi;
  readonly clock: Clock;
  /** Host under which published ports of the Dokploy machine itself are reached. */
  readonly host: string;
  /** Unique text for a deployment's title. */
  readonly uniqueId: () => string;
  /** Resolves when somebody can log in there; rejects otherwise (wrong key, changed host key, no answer in time). */
  readonly login: (endpoint: SshEndpoint, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  /** What it does now, for people; the fraction from 0 to 1 or null. */
  readonly step: (text: string, fraction?: number | null) => void;
  /** Whole lines for a log. */
  readonly log: (line: string) => void;
}

/** What is known of a machine's tasks. */
export type TaskVerdict =
  | { readonly status: 'running'; readonly task: Task }
  /** On its way up: pending, preparing, starting. */
  | { readonly status: 'starting'; readonly reason: string }
  | { readonly status: 'stopped' }
  /** Ends again and again, or cannot be placed. */
  | { readonly status: 'failed'; readonly reason: string };
