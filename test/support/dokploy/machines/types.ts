/** What one container is made of, for applications and compose services alike. */
export interface MachineSpec {
  /** Unique among those of one double. */
  readonly name: string;
  readonly image: string;
  /** Takes the place of the image's entry point. */
  readonly entrypoint: readonly string[] | undefined;
  readonly command: readonly string[] | undefined;
  /** KEY=value. */
  readonly env: readonly string[];
  readonly ports: readonly MachinePort[];
  readonly volumes: readonly { readonly name: string; readonly mountPath: string }[];
  readonly memoryBytes: number | undefined;
  readonly nanoCpus: number | undefined;
  readonly privileged: boolean;
  /** The engine's own restart policy: compose services have one, tasks of a swarm do not. */
  readonly restart: 'no' | 'always' | 'unless-stopped' | 'on-failure';
}

/** What is the same for every container of a service. */
export type MachineFacts = Omit<MachineSpec, 'name' | 'restart'>;

export interface MachinePort {
  /** Loopback address it is published on. */
  readonly host: string;
  readonly published: number;
  readonly target: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface Executed {
  readonly exitCode: number;
  /** What it wrote to its output and error output. */
  readonly output: string;
}

export interface MachineState {
  /** As `docker ps` has it: created, running, restarting, exited … */
  readonly state: string;
  /** `Up 5 seconds`, `Exited (3) 2 seconds ago` … */
  readonly status: string;
}

export interface Machine {
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** Rejects with the engine's words when it cannot be started. */
  start(): Promise<void>;
  /** Asks it to end, and ends it after the grace. */
  stop(graceMs: number): Promise<void>;
  remove(): Promise<void>;
  /** SIGKILL by nobody's wish: restart policies see a crash. */
  kill(): Promise<void>;
  /** Its exit code, once it is not running. */
  wait(): Promise<number>;
  inspect(): Promise<MachineState>;
  /** Lines with the engine's time stamps. */
  log(tail: number): Promise<string>;
  /** What comes, after the last `tail` lines, until `ended` once the machine has stopped. Returns what ends it before. */
  follow(tail: number, take: (text: string) => void, ended: () => void): () => void;
}

/** What runs machines: a container engine, an sshd for each, or nothing at all. */
export interface Machines {
  readonly kind: 'docker' | 'sshd' | 'none';
  /** Who can log in on its machines. Undefined: whoever the machine makes. */
  readonly user: string | undefined;
  /** One with a shell and an sshd that is there without a pull. */
  readonly image: string;
  /** Undefined when the image is there, else what the engine says. */
  pull(image: string): Promise<string | undefined>;
  create(spec: MachineSpec): Promise<Machine>;
  volumes(): Promise<readonly string[]>;
  removeVolume(name: string): Promise<void>;
  /** Another host key from the next connection on. */
  swapHostKey(machine: Machine): Promise<void>;
  /** Runs a command inside, as root, past SSH. Rejects where nothing is inside. */
  exec(machine: Machine, command: readonly string[]): Promise<Executed>;
  /** Ends and removes everything, volumes too. */
  close(): Promise<void>;
}
