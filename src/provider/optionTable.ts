/** One option of the provider as DevPod shows it and hands it over in the environment. */
export interface OptionSpec {
  readonly description: string;
  /** What DevPod hands over when nobody says otherwise. */
  readonly default?: string;
  readonly required?: true;
  /** Not shown by DevPod. */
  readonly password?: true;
  /** The only values there are. */
  readonly enum?: readonly string[];
}

export interface OptionGroup {
  readonly name: string;
  /** Whether DevPod's desktop app shows the group unfolded. */
  readonly visible: boolean;
  readonly options: Readonly<Record<string, OptionSpec>>;
}

/** Rough sizes for who does not want to count; exact ones win. */
export const machineTypes = {
  unlimited: { cpus: null, memoryMb: null },
  small: { cpus: 1, memoryMb: 2048 },
  medium: { cpus: 2, memoryMb: 4096 },
  large: { cpus: 4, memoryMb: 8192 },
} as const;

const yesNo = ['true', 'false'] as const;

const server = {
  DOKPLOY_SERVER_URL: {
    description: 'URL of the Dokploy server, such as https://dokploy.example.com',
    required: true,
  },
  DOKPLOY_API_TOKEN: {
    description:
      'API key, made in Dokploy under Settings, Profile, API/CLI Keys. Make it with rate limiting off: ' +
      'a key with default options is good for a few calls a day',
    required: true,
    password: true,
  },
  DOKPLOY_PROJECT_NAME: {
    description: 'Dokploy project that the machines are made in; made when there is none of that name',
    default: 'devpod-workspaces',
  },
  DOKPLOY_ENVIRONMENT_NAME: {
    description: "Environment of that project; made when there is none of that name. Empty: the project's default one",
  },
  DOKPLOY_SERVER_ID: {
    description: 'Id of the server that runs the machines. Empty: the Dokploy machine itself',
  },
  DOKPLOY_SSH_HOST: {
    description:
      'Host under which published ports of that server are reached, where a proxy stands before the URL. ' +
      'Empty: what Dokploy says of the server, or the host of the URL',
  },
  DOKPLOY_CERTIFICATE: {
    description:
      'SHA-256 fingerprint of the one certificate to accept, for a server whose certificate no public authority signed',
  },
} as const satisfies OptionGroup['options'];

const machine = {
  MACHINE_TYPE: {
    description:
      'Limits of CPU and memory: small (1 core, 2 GB), medium (2 cores, 4 GB), large (4 cores, 8 GB) or unlimited',
    default: 'unlimited',
    enum: Object.keys(machineTypes),
  },
  DOKPLOY_IMAGE: {
    description:
      'Docker image of the machine. Empty: cruizba/ubuntu-dind:latest, ' +
      'or mcr.microsoft.com/devcontainers/base:ubuntu for an application',
  },
  DOKPLOY_MACHINE_KIND: {
    description:
      'compose: a privileged compose service with a Docker engine inside, which DevPod needs. ' +
      'application: a plain application without one',
    default: 'compose',
    enum: ['compose', 'application'],
  },
  DOKPLOY_CPUS: { description: 'Cores at most, such as 1.5. Empty: as MACHINE_TYPE says' },
  DOKPLOY_MEMORY: {
    description: 'Memory at most, such as 4g or 512m; a number alone is in MiB. Empty: as MACHINE_TYPE says',
  },
  DOKPLOY_VOLUMES: {
    description: 'More volumes, as NAME:/PATH with commas between. Those for Docker and for DevPod are always there',
  },
  DOKPLOY_KEEP_VOLUMES: {
    description:
      'Keep the volumes when a machine is deleted. Otherwise those of a compose service are removed; those of an application, which Dokploy never removes, are emptied, but for those of DOKPLOY_VOLUMES',
    default: 'false',
    enum: yesNo,
  },
  DOKPLOY_USER: {
    description: 'User that logs in; made where the image has none. The agent of DevPod runs as root either way',
    default: 'root',
  },
  DOKPLOY_SSHD: {
    description:
      'install: a script sees to the SSH server at every start. ' +
      'image: the image starts it by itself, for the public key in AUTHORIZED_KEY',
    default: 'install',
    enum: ['install', 'image'],
  },
  DOKPLOY_PORT_RANGE: {
    description: 'Ports of the server that SSH may be published on; every machine takes one',
    default: '2222-2250',
  },
  DOKPLOY_REGISTRY_URL: {
    description: 'Registry that the image of an application is pulled from with a password, such as ghcr.io',
  },
  DOKPLOY_REGISTRY_USERNAME: { description: 'User at that registry' },
  DOKPLOY_REGISTRY_PASSWORD: { description: 'Password or token of that user', password: true },
} as const satisfies OptionGroup['options'];

/** Read by DevPod itself where provider.yaml names them. */
const agent = {
  AGENT_PATH: {
    description: 'Where DevPod puts its agent on the machine',
    default: '/opt/devpod/agent',
  },
  INACTIVITY_TIMEOUT: {
    description: 'Stop the machine when nobody was connected for so long, such as 10m or 1h',
    default: '10m',
  },
  INJECT_GIT_CREDENTIALS: {
    description: 'Let the machine use the Git credentials of this computer',
    default: 'true',
    enum: yesNo,
  },
  INJECT_DOCKER_CREDENTIALS: {
    description: 'Let the machine use the Docker credentials of this computer',
    default: 'true',
    enum: yesNo,
  },
} as const satisfies OptionGroup['options'];

/** Every option there is: provider.yaml and what reads the environment are made from this. */
export const optionGroups = [
  { name: 'Dokploy', visible: true, options: server },
  { name: 'Machine', visible: false, options: machine },
  { name: 'Agent', visible: false, options: agent },
] as const satisfies readonly OptionGroup[];

export type ServerOption = keyof typeof server;
export type MachineOption = keyof typeof machine;
export type OptionName = ServerOption | MachineOption | keyof typeof agent;

export const optionTable: Readonly<Record<OptionName, OptionSpec>> = { ...server, ...machine, ...agent };
