/** What the HTTP below the API client must do; injected, so that managers know no HTTP. */
export interface HttpPort {
  /** Resolves with any answer that came whole, whatever its status. Rejects with HttpFailure only. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Text frames of a WebSocket until either side or the signal ends it. Rejects with HttpFailure. */
  frames(request: Omit<HttpRequest, 'method' | 'body'>): AsyncIterable<string>;
  /** Ends idle connections and what is under way. */
  close(): void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds from the first byte sent to the last one received. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A certificate that was offered and is not trusted. */
export interface OfferedCertificate {
  /** SHA-256 of the DER form: upper-case hexadecimal pairs with colons. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  /** As the certificate spells it. */
  readonly validFrom: string;
  readonly validTo: string;
}

/** How a request ended without an answer. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  /** `refused`: nothing was sent. `torn`, `timeout`: it may have been carried out. */
  readonly kind: 'refused' | 'certificate' | 'torn' | 'timeout' | 'aborted' | 'too-large';
  readonly certificate: OfferedCertificate | undefined;

  constructor(
    kind: HttpFailure['kind'],
    message: string,
    options: { readonly cause?: unknown; readonly certificate?: OfferedCertificate } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.certificate = options.certificate;
  }
}

export type ServiceKind = 'application' | 'compose';
/** `running` means that it deploys, `done` that it was deployed. Stale until the queue's worker begins. */
export type ServiceStatus = 'idle' | 'running' | 'done' | 'error';

export interface ListedService {
  readonly kind: ServiceKind;
  /** applicationId or composeId. */
  readonly id: string;
  readonly name: string;
  readonly status: ServiceStatus;
}
export interface ListedEnvironment {
  readonly environmentId: string;
  readonly name: string;
  readonly isDefault: boolean;
  readonly services: readonly ListedService[];
}
export interface ListedProject {
  readonly projectId: string;
  readonly name: string;
  readonly environments: readonly ListedEnvironment[];
}

export interface TargetServer {
  readonly serverId: string;
  readonly name: string;
  readonly ipAddress: string;
}

export interface PortRow {
  readonly portId: string;
  readonly publishedPort: number;
  readonly targetPort: number;
  readonly protocol: 'tcp' | 'udp';
  readonly publishMode: 'ingress' | 'host';
}
export interface MountRow {
  readonly mountId: string;
  readonly type: 'volume' | 'bind' | 'file';
  readonly volumeName: string | null;
  readonly mountPath: string;
}
export interface DomainRow {
  readonly host: string;
  readonly https: boolean;
  readonly path: string;
  readonly port: number | null;
}

export interface Deployment {
  readonly deploymentId: string;
  readonly title: string;
  readonly status: 'running' | 'done' | 'error' | 'cancelled';
  readonly logPath: string;
  /** Null even on failures, mostly: the reason is in the log. */
  readonly errorMessage: string | null;
  /** ISO 8601 by the clock of the Dokploy server: compare with others of the same server only. */
  readonly createdAt: string;
}

/** One application or compose service with all that belongs to it. */
export interface Service {
  readonly kind: ServiceKind;
  readonly id: string;
  readonly name: string;
  /** Name of the swarm service or of the compose project. */
  readonly appName: string;
  readonly description: string;
  readonly status: ServiceStatus;
  /** Null where the answer does not say. */
  readonly environmentId: string | null;
  readonly projectId: string | null;
  /** Null: the Dokploy machine itself. */
  readonly serverId: string | null;
  /** Of that server; null where Dokploy did not say. */
  readonly serverAddress: string | null;
  /** Text of KEY=value lines. */
  readonly env: string;
  readonly dockerImage: string | null;
  readonly composeFile: string | null;
  readonly memoryLimit: string | null;
  readonly cpuLimit: string | null;
  readonly command: string | null;
  readonly args: readonly string[];
  readonly ports: readonly PortRow[];
  readonly mounts: readonly MountRow[];
  readonly domains: readonly DomainRow[];
  /** Newest first. */
  readonly deployments: readonly Deployment[];
}

/** A swarm task of an application, or a container of a compose service. */
export interface Task {
  readonly containerId: string;
  readonly name: string;
  /** Lower case: `running`, `pending`, `failed`, `complete`, `exited` … */
  readonly state: string;
  /** As Docker says it: `Running 5 minutes ago`. */
  readonly statusText: string;
  readonly node: string;
  /** Empty where there is none. */
  readonly error: string;
}

export interface QueuedJob {
  readonly serviceId: string;
  readonly title: string;
  readonly state: 'waiting' | 'active' | 'other';
}

export interface ServiceRef {
  readonly kind: ServiceKind;
  readonly id: string;
}

/** To whom an API key belongs, and what they may do. */
export interface KeyOwner {
  /** `owner`, `admin`, `member` or one that somebody made. */
  readonly role: string;
  readonly mayCreateProjects: boolean;
  readonly mayCreateServices: boolean;
  readonly mayDeleteServices: boolean;
  /** Without it nothing is seen of tasks and containers. */
  readonly maySeeContainers: boolean;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Dokploy 0.30, as its own sources and recorded answers have it. Everything rejects with DokployFailure. Reading calls are
 * repeated by themselves while that may help; changing ones only when nothing was carried out for certain.
 */
export interface DokployApi {
  health(options?: CallOptions): Promise<void>;
  version(options?: CallOptions): Promise<string>;
  keyOwner(options?: CallOptions): Promise<KeyOwner>;
  projects(options?: CallOptions): Promise<readonly ListedProject[]>;
  targetServers(options?: CallOptions): Promise<readonly TargetServer[]>;
  /** Undefined: the key is not shown it, or this Dokploy does not tell. */
  queue(options?: CallOptions): Promise<readonly QueuedJob[] | undefined>;
  createProject(
    input: { readonly name: string; readonly description: string },
    options?: CallOptions,
  ): Promise<{ readonly projectId: string; readonly environmentId: string }>;
  removeProject(projectId: string, options?: CallOptions): Promise<void>;
  createEnvironment(
    input: { readonly projectId: string; readonly name: string },
    options?: CallOptions,
  ): Promise<{ readonly environmentId: string }>;

  createApplication(
    input: {
      readonly name: string;
      readonly appName: string;
      readonly description: string;
      readonly environmentId: string;
      readonly serverId: string | null;
    },
    options?: CallOptions,
  ): Promise<{ readonly id: string; readonly appName: string }>;
  createCompose(
    input: {
      readonly name: string;
      readonly appName: string;
      readonly description: string;
      readonly environmentId: string;
      readonly serverId: string | null;
    },
    options?: CallOptions,
  ): Promise<{ readonly id: string; readonly appName: string }>;
  saveDockerProvider(
    applicationId: string,
    input: {
      readonly dockerImage: string;
      readonly username: string;
      readonly password: string;
      readonly registryUrl: string;
    },
    options?: CallOptions,
  ): Promise<void>;
  saveEnvironment(service: ServiceRef, env: string, options?: CallOptions): Promise<void>;
  updateApplication(
    applicationId: string,
    changes: Readonly<Record<string, unknown>>,
    options?: CallOptions,
  ): Promise<void>;
  updateCompose(composeId: string, changes: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<void>;
  createPort(
    applicationId: string,
    port: Omit<PortRow, 'portId'>,
    options?: CallOptions,
  ): Promise<{ readonly portId: string | null }>;
  /** Resolves for one that is gone already; so does `deleteMount`. */
  deletePort(portId: string, options?: CallOptions): Promise<void>;
  createVolume(
    applicationId: string,
    input: { readonly volumeName: string; readonly mountPath: string },
    options?: CallOptions,
  ): Promise<void>;
  deleteMount(mountId: string, options?: CallOptions): Promise<void>;

  /** Everything about one service. Rejects `not-found` when it is gone. */
  service(service: ServiceRef, options?: CallOptions): Promise<Service>;
  /** Queues a deployment; the title finds it again. */
  deploy(service: ServiceRef, title: string, options?: CallOptions): Promise<void>;
  start(service: ServiceRef, options?: CallOptions): Promise<void>;
  stop(service: ServiceRef, options?: CallOptions): Promise<void>;
  /** Makes the tasks of an application anew without deploying. */
  reload(applicationId: string, appName: string, options?: CallOptions): Promise<void>;
  /** Takes waiting deployments of the service out of the queue. Resolves, too, when that is not to be had. */
  cleanQueue(service: ServiceRef, options?: CallOptions): Promise<void>;
  /** Resolves, too, when that is not to be had. */
  killBuild(service: ServiceRef, options?: CallOptions): Promise<void>;
  /** `deleteVolumes` is only heard for compose services. Resolves for one that is gone already. */
  remove(service: ServiceRef, input: { readonly deleteVolumes: boolean }, options?: CallOptions): Promise<void>;
  /** Newest first. */
  deployments(service: ServiceRef, options?: CallOptions): Promise<readonly Deployment[]>;
  /** Swarm tasks (application) or containers (compose), the newest first. Empty: there is nothing of it. */
  tasks(
    service: ServiceRef & { readonly appName: string; readonly serverId: string | null },
    options?: CallOptions,
  ): Promise<readonly Task[]>;
  deploymentLog(deploymentId: string, tail: number, options?: CallOptions): Promise<string>;
  containerLog(
    service: ServiceRef & { readonly appName: string; readonly serverId: string | null },
    tail: number,
    options?: CallOptions,
  ): Promise<string>;
  /** The log of a deployment as it is written. Never ends by itself. */
  followDeployment(logPath: string, serverId: string | null, signal: AbortSignal): AsyncIterable<string>;
  /** The log of a container, the last `tail` lines first. */
  followContainer(
    container: {
      readonly containerId: string;
      readonly kind: ServiceKind;
      readonly serverId: string | null;
      readonly tail: number;
    },
    signal: AbortSignal,
  ): AsyncIterable<string>;
  /** Ends connections that are kept for the next call. */
  close(): void;
}
