/** Columns that no test sets; they are in every answer of Dokploy 0.30.2 all the same. */
const nulls = (...names: readonly string[]): Record<string, null> =>
  Object.fromEntries(names.map((name) => [name, null]));

export type Status = 'idle' | 'running' | 'done' | 'error';

export interface ProjectRow {
  readonly projectId: string;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: string;
  readonly organizationId: string;
  readonly env: string;
}

export interface EnvironmentRow {
  readonly environmentId: string;
  readonly name: string;
  readonly description: string | null;
  readonly createdAt: string;
  readonly env: string;
  readonly projectId: string;
  readonly isDefault: boolean;
}

export interface RestartPolicy {
  readonly Condition?: string | undefined;
  /** Nanoseconds. */
  readonly Delay?: number | undefined;
  readonly MaxAttempts?: number | undefined;
  readonly Window?: number | undefined;
}

export interface ApplicationRow {
  readonly applicationId: string;
  readonly name: string;
  readonly appName: string;
  readonly description: string | null;
  readonly environmentId: string;
  readonly serverId: string | null;
  readonly createdAt: string;
  env: string | null;
  command: string | null;
  args: readonly string[] | null;
  memoryLimit: string | null;
  cpuLimit: string | null;
  dockerImage: string | null;
  username: string | null;
  password: string | null;
  registryUrl: string | null;
  sourceType: string;
  replicas: number;
  applicationStatus: Status;
  updateConfigSwarm: { readonly Order?: string | undefined } | null;
  restartPolicySwarm: RestartPolicy | null;
  [column: string]: unknown;
}

export interface ComposeRow {
  readonly composeId: string;
  readonly name: string;
  readonly appName: string;
  readonly description: string | null;
  readonly environmentId: string;
  readonly serverId: string | null;
  readonly createdAt: string;
  env: string | null;
  composeFile: string;
  composeType: string;
  sourceType: string;
  composeStatus: Status;
  [column: string]: unknown;
}

export interface PortRow {
  readonly portId: string;
  readonly publishedPort: number;
  readonly publishMode: 'ingress' | 'host';
  readonly targetPort: number;
  readonly protocol: 'tcp' | 'udp';
  readonly applicationId: string;
}

export interface MountRow {
  readonly mountId: string;
  readonly type: 'bind' | 'volume' | 'file';
  readonly volumeName: string | null;
  readonly mountPath: string;
  readonly applicationId: string | null;
  readonly composeId: string | null;
  readonly [column: string]: unknown;
}

export interface DomainRow {
  readonly domainId: string;
  readonly host: string;
  readonly applicationId: string | null;
  readonly composeId: string | null;
  readonly [column: string]: unknown;
}

export interface DeploymentRow {
  readonly deploymentId: string;
  readonly title: string;
  readonly description: string;
  status: 'running' | 'done' | 'error' | 'cancelled';
  readonly logPath: string;
  readonly applicationId: string | null;
  readonly composeId: string | null;
  readonly createdAt: string;
  readonly startedAt: string;
  finishedAt: string | null;
  errorMessage: string | null;
}

export interface ServerRow {
  readonly serverId: string;
  readonly name: string;
  readonly ipAddress: string;
  readonly createdAt: string;
}

export const applicationColumns = {
  ...nulls('previewEnv', 'watchPaths', 'previewBuildArgs', 'previewBuildSecrets', 'previewLabels', 'previewWildcard'),
  ...nulls('previewCustomCertResolver', 'buildArgs', 'buildSecrets', 'memoryReservation', 'cpuReservation', 'title'),
  ...nulls('enabled', 'subtitle', 'icon', 'repository', 'owner', 'branch', 'gitlabProjectId', 'gitlabRepository'),
  ...nulls('gitlabOwner', 'gitlabBranch', 'gitlabPathNamespace', 'giteaRepository', 'giteaOwner', 'giteaBranch'),
  ...nulls('bitbucketRepository', 'bitbucketRepositorySlug', 'bitbucketOwner', 'bitbucketBranch', 'customGitUrl'),
  ...nulls('customGitBranch', 'customGitBuildPath', 'customGitSSHKeyId', 'dockerContextPath', 'dockerBuildStage'),
  ...nulls('dropBuildPath', 'healthCheckSwarm', 'placementSwarm', 'rollbackConfigSwarm', 'modeSwarm', 'labelsSwarm'),
  ...nulls('networkSwarm', 'stopGracePeriodSwarm', 'endpointSpecSwarm', 'ulimitsSwarm', 'publishDirectory'),
  ...nulls('isStaticSpa', 'registryId', 'rollbackRegistryId', 'githubId', 'gitlabId', 'giteaId', 'bitbucketId'),
  ...nulls('buildServerId', 'buildRegistryId'),
  previewPort: 3000,
  previewHttps: false,
  previewPath: '/',
  previewCertificateType: 'none',
  previewLimit: 3,
  isPreviewDeploymentsActive: false,
  previewRequireCollaboratorPermissions: true,
  rollbackActive: false,
  refreshToken: 'refresh-token-of-the-double',
  cleanCache: false,
  buildPath: '/',
  triggerType: 'push',
  autoDeploy: true,
  gitlabBuildPath: '/',
  giteaBuildPath: '/',
  bitbucketBuildPath: '/',
  enableSubmodules: false,
  dockerfile: 'Dockerfile',
  buildType: 'nixpacks',
  railpackVersion: '0.15.4',
  herokuVersion: '24',
  createEnvFile: true,
  networkIds: [],
  detachDokployNetwork: false,
};

/** What `application.one` joins and no test fills. */
export const applicationJoins = {
  ...nulls('gitlab', 'github', 'bitbucket', 'gitea', 'registry', 'buildRegistry', 'rollbackRegistry'),
  redirects: [],
  security: [],
  previewDeployments: [],
};

export const composeColumns = {
  ...nulls('repository', 'owner', 'branch', 'gitlabProjectId', 'gitlabRepository', 'gitlabOwner', 'gitlabBranch'),
  ...nulls('gitlabPathNamespace', 'bitbucketRepository', 'bitbucketRepositorySlug', 'bitbucketOwner'),
  ...nulls('bitbucketBranch', 'giteaRepository', 'giteaOwner', 'giteaBranch', 'customGitUrl', 'customGitBranch'),
  ...nulls('customGitSSHKeyId', 'icon', 'watchPaths', 'githubId', 'gitlabId', 'bitbucketId', 'giteaId'),
  refreshToken: 'refresh-token-of-the-double',
  autoDeploy: true,
  command: '',
  createEnvFile: true,
  enableSubmodules: false,
  composePath: './docker-compose.yml',
  suffix: '',
  randomize: false,
  isolatedDeployment: false,
  isolatedDeploymentsVolume: false,
  triggerType: 'push',
  serviceNetworks: [],
};

export const composeJoins = { ...nulls('gitlab', 'github', 'bitbucket', 'gitea'), backups: [] };

export const mountColumns = nulls(
  ...['hostPath', 'filePath', 'content', 'libsqlId', 'mariadbId', 'mongoId', 'mysqlId', 'postgresId', 'redisId'],
);

export const deploymentColumns = {
  ...nulls('pid', 'serverId', 'previewDeploymentId', 'scheduleId', 'backupId', 'rollbackId', 'volumeBackupId'),
  ...nulls('buildServerId'),
  isPreviewDeployment: false,
};

export const domainColumns = {
  ...nulls('customEntrypoint', 'serviceName', 'customCertResolver', 'previewDeploymentId'),
  internalPath: '/',
  stripPath: false,
  middlewares: [],
  forwardAuthEnabled: false,
  enabled: true,
};

/** Databases that a project may hold besides; Devyard has nothing to do with them. */
export const otherServices = { libsql: [], mariadb: [], mongo: [], mysql: [], postgres: [], redis: [] };

export const serverColumns = {
  description: '',
  port: 22,
  username: 'root',
  enableDockerCleanup: true,
  buildsConcurrency: 1,
  // Said of servers that cannot be reached, too (recorded answer 171).
  serverStatus: 'active',
  serverType: 'deploy',
  command: '',
  sshKeyId: null,
  metricsConfig: {
    server: { port: 4500, type: 'Remote', refreshRate: 60, retentionDays: 2 },
    containers: { refreshRate: 60, services: { exclude: [], include: [] } },
  },
};
