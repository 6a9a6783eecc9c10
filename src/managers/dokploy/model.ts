import type { OfferedCertificate, ServiceKind } from './api/types.ts';
import type { MachinePort, MachineVolume } from './machines/types.ts';
import type { PortForward, SshEndpoint } from './ssh/types.ts';

export type ServerProblem =
  | 'unreachable'
  | 'certificate'
  | 'bad-key'
  | 'revoked-key'
  | 'rate-limited-key'
  | 'forbidden'
  | 'not-dokploy'
  | 'failing';

export type ServerConnection =
  /** Not asked since this daemon began. */
  | { readonly status: 'unknown' }
  | { readonly status: 'connected'; readonly version: string }
  | {
      readonly status: 'failing';
      /** Milliseconds since the epoch. */
      readonly since: number;
      readonly problem: ServerProblem;
      readonly reason: string;
      readonly hint?: string | undefined;
      readonly certificate?: OfferedCertificate | undefined;
    };

export interface ProjectView {
  readonly id: string;
  readonly name: string;
  readonly environments: readonly { readonly id: string; readonly name: string; readonly isDefault: boolean }[];
}

export interface DokployServer {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly certificate: string | null;
  readonly connection: ServerConnection;
  /** When its projects were last read completely, in milliseconds since the epoch. */
  readonly checkedAt: number | null;
  readonly projects: readonly ProjectView[];
  readonly createdAt: number;
  readonly hostId: string;
}

export type WorkspaceState =
  | { readonly status: 'unverified'; readonly reason: string }
  | { readonly status: 'deploying'; readonly since: number; readonly step: string }
  | { readonly status: 'running'; readonly node: string }
  | { readonly status: 'stopped' }
  | {
      readonly status: 'failed';
      readonly reason: string;
      readonly hint?: string | undefined;
      readonly lastLines: readonly string[];
    }
  | { readonly status: 'gone' };

export interface Repository {
  readonly url: string;
  readonly branch: string | null;
  /** Absolute folder in the workspace, or one below the home folder. */
  readonly folder: string;
}

export interface Workspace {
  readonly id: string;
  readonly serverId: string;
  readonly name: string;
  readonly managed: 'created' | 'adopted' | 'no';
  readonly kind: ServiceKind;
  readonly serviceId: string | null;
  readonly appName: string | null;
  readonly project: { readonly id: string | null; readonly name: string };
  readonly environment: { readonly id: string | null; readonly name: string };
  readonly target: string | null;
  readonly state: WorkspaceState;
  readonly endpoint: (SshEndpoint & { readonly user: string }) | null;
  readonly hostKey: string | null;
  readonly publicKey: string | null;
  readonly sshAlias: string | null;
  readonly image: string | null;
  readonly registry: { readonly url: string; readonly username: string } | null;
  readonly cpus: number | null;
  readonly memoryMb: number | null;
  readonly envNames: readonly string[];
  readonly volumes: readonly MachineVolume[];
  readonly ports: readonly MachinePort[];
  readonly idleStopMinutes: number | null;
  readonly forwardAgent: boolean;
  readonly repository: Repository | null;
  readonly domains: readonly string[];
  readonly forwards: readonly ForwardView[];
  readonly dashboardUrl: string | null;
  readonly createdAt: number | null;
  readonly hostId: string;
}

export interface ForwardView extends PortForward {
  /** Where it is reached on this host. */
  readonly url: string;
}

export type DokployEvent =
  | { readonly type: 'dokploy.serverChanged'; readonly server: DokployServer }
  | { readonly type: 'dokploy.serverRemoved'; readonly id: string }
  | { readonly type: 'dokploy.workspaceChanged'; readonly workspace: Workspace }
  | { readonly type: 'dokploy.workspaceRemoved'; readonly id: string };

export interface NewServer {
  readonly name?: string | undefined;
  readonly url: string;
  readonly apiKey: string;
  readonly certificate?: string | null | undefined;
}
export interface ServerChanges {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly certificate?: string | null | undefined;
}

export interface TestedServer {
  readonly ok: boolean;
  readonly server: DokployServer;
  /** What works in a limited way, for people. */
  readonly notes: readonly string[];
}

export interface ServerTargets {
  readonly projects: readonly ProjectView[];
  readonly targets: readonly { readonly id: string | null; readonly name: string; readonly address: string }[];
}

type ById = { readonly id: string };
type ByName = { readonly name: string };

export interface NewWorkspace {
  readonly serverId: string;
  readonly name: string;
  readonly project?: ById | ByName | undefined;
  readonly environment?: ById | ByName | undefined;
  readonly target: string | null;
  readonly docker: boolean;
  readonly image?: string | undefined;
  readonly user: string;
  readonly sshd: 'install' | 'image';
  readonly sshPortRange: { readonly from: number; readonly to: number };
  readonly repository: { readonly url: string; readonly branch: string | null; readonly folder: string | null } | null;
  readonly registry: { readonly url: string; readonly username: string; readonly password: string } | null;
  readonly cpus: number | null;
  readonly memoryMb: number | null;
  readonly env: Readonly<Record<string, string>>;
  readonly volumes?: readonly MachineVolume[] | undefined;
  readonly ports: readonly MachinePort[];
  readonly idleStopMinutes: number | null;
  readonly forwardAgent: boolean;
}

export interface WorkspaceChanges {
  readonly image?: string | undefined;
  readonly registry?: NewWorkspace['registry'] | undefined;
  readonly cpus?: number | null | undefined;
  readonly memoryMb?: number | null | undefined;
  /** All of them. Null: the value that is set. */
  readonly env?: Readonly<Record<string, string | null>> | undefined;
  readonly volumes?: readonly MachineVolume[] | undefined;
  readonly ports?: readonly MachinePort[] | undefined;
  readonly idleStopMinutes?: number | null | undefined;
  readonly forwardAgent?: boolean | undefined;
}

export interface Adoption {
  readonly user: string;
  readonly privateKey?: string | undefined;
  readonly sshPort?: number | undefined;
}

export interface SshConfigView {
  readonly text: string;
  readonly file: string;
  readonly included: boolean;
}

export type LogSource = 'deploy' | 'container';
