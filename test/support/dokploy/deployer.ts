import { readComposeFile } from './composeFile.ts';
import { parseDotEnvFile } from './dotEnvFile.ts';
import { serviceEnvironment } from './envText.ts';
import { rowId } from './identifiers.ts';
import type { Job } from './queue.ts';
import type { ApplicationRow, ComposeRow, DeploymentRow, Status } from './rows.ts';
import { where } from './state.ts';
import { swarmSpecOf } from './swarmSpec.ts';
import type { World } from './world.ts';

/** Deployments kept of one service (recorded answer 185). */
const kept = 10;

export interface Pulls {
  /** Undefined: as long as a real one of an image that is there. */
  takesMs: number | undefined;
  readonly failing: Set<string>;
  /** Accounts by image. */
  readonly logins: Map<string, { readonly username: string; readonly password: string }>;
}

type Account = Pick<ApplicationRow, 'username' | 'password'>;

/** One deployment, for its parts. */
interface Work {
  readonly log: (text: string) => void;
  /** Whether the process that began it still lives. */
  readonly alive: () => boolean;
}

/** What the worker does with one job. */
export function deployer(world: () => World, pulls: Pulls) {
  async function refusalOf(image: string, account: Account | undefined): Promise<string | undefined> {
    const needed = pulls.logins.get(image);
    if (needed !== undefined && (needed.username !== account?.username || needed.password !== account.password))
      return `Error response from daemon: Head "https://${image.replace('/', '/v2/')}": no basic auth credentials`;
    if (pulls.failing.has(image))
      return `Error response from daemon: manifest for ${image} not found: manifest unknown: manifest unknown`;
    return world().machines.pull(image);
  }

  async function pull(image: string, account: Account | undefined, { log, alive }: Work): Promise<void> {
    const { timing, faults } = world();
    log(`Pulling ${image}\n`);
    await (pulls.takesMs === undefined ? timing.pause(30) : timing.exactly(pulls.takesMs));
    await faults.pass('worker.pull', 'before');
    const refusal = await refusalOf(image, account);
    if (refusal !== undefined) {
      log(`${refusal}\n❌ Pulling image failed\n`);
      throw new Error(refusal);
    }
    // What died while it pulled deploys nothing.
    if (!alive()) throw new Error('the server died');
    log(`Status: Image is up to date for ${image}\n${image}\n✅ Pulling image completed.\n`);
  }

  async function deployApplication(app: ApplicationRow, work: Work): Promise<void> {
    const { swarm } = world();
    if (app.sourceType !== 'docker' || app.dockerImage === null) throw new Error('nothing to deploy');
    // What is deployed was read when the job began.
    const spec = swarmSpecOf(world(), app);
    await pull(app.dockerImage, app, work);
    swarm.deploy(spec);
  }

  async function deployCompose(row: ComposeRow, work: Work): Promise<void> {
    const { state, compose, hostOf, timing } = world();
    const { log } = work;
    if (row.composeType !== 'docker-compose' || row.sourceType !== 'raw')
      throw new Error(`this double deploys raw docker-compose files only, not ${row.sourceType} ${row.composeType}`);
    log(`App Name: ${row.appName}\nBuild Compose 🐳\nSource Type: docker raw ✅\nCompose Type: docker-compose ✅\n`);
    const environment = state.environments.get(row.environmentId);
    const project = state.projects.get(environment?.projectId ?? '');
    const text = `APP_NAME=${row.appName}\n${row.env ?? ''}\nDOCKER_CONFIG=/root/.docker`;
    const variables = parseDotEnvFile(serviceEnvironment(text, project?.env ?? '', environment?.env ?? ''));
    try {
      const services = readComposeFile(row.composeFile, {
        project: row.appName,
        variables,
        host: hostOf(row.serverId),
      });
      for (const { machine } of services) await pull(machine.image, undefined, work);
      await compose.up(row.appName, row.serverId, services);
      // `env_file` of a later start is the one that was written now.
      await timing.pause(50);
    } catch (error) {
      log(`${(error as Error).message}\nError: ❌ Docker command failed\n`);
      throw error;
    }
    log('Docker Compose Deployed: ✅\n');
  }

  return async (job: Job): Promise<void> => {
    const { state, timing, logs, queue, faults, now } = world();
    const epoch = queue.epoch();
    const alive = (): boolean => queue.epoch() === epoch;
    // Until the worker takes it up, nothing but the queue knows of it.
    await timing.pause(40);
    await faults.pass('worker.begin', 'before');
    if (!alive()) return;
    const isApplication = job.kind === 'application';
    const app = isApplication ? state.applications.get(job.serviceId) : undefined;
    const compose = isApplication ? undefined : state.composes.get(job.serviceId);
    const row = app ?? compose;
    if (row === undefined) return;
    const setStatus = (status: Status): void => {
      if (app !== undefined) app.applicationStatus = status;
      if (compose !== undefined) compose.composeStatus = status;
    };
    setStatus('running');
    const server = state.servers.get(row.serverId ?? '');
    const unreachable = server !== undefined && state.unreachable.has(server.serverId);
    const deployment = newDeployment(job, row.appName, unreachable);
    if (unreachable) {
      deployment.errorMessage = `An error have occurred: SSH connection error: connect ECONNREFUSED ${server.ipAddress}:22`;
      finish(deployment, 'error');
      setStatus('error');
      return;
    }
    const log = (text: string): void => logs.append(deployment.logPath, text);
    log('Initializing deployment\n');
    let outcome: 'done' | 'error' = 'done';
    try {
      if (app !== undefined) await deployApplication({ ...app }, { log, alive });
      if (compose !== undefined) await deployCompose({ ...compose }, { log, alive });
    } catch {
      log('\nError occurred ❌, check the logs for details.\n');
      outcome = 'error';
    }
    if (!alive()) return;
    // Someone may have killed a compose build meanwhile.
    if (deployment.status === 'running') finish(deployment, outcome);
    await timing.pause(140);
    await faults.pass('worker.status', 'before');
    if (alive()) setStatus(deployment.status === 'error' ? 'error' : 'done');

    function finish(one: DeploymentRow, status: 'done' | 'error'): void {
      Object.assign(one, { status, finishedAt: now() });
    }
  };

  function newDeployment(job: Job, appName: string, unreachable: boolean): DeploymentRow {
    const { state, now } = world();
    const key = job.kind === 'application' ? 'applicationId' : 'composeId';
    const older = where(state.deployments, (row) => row[key] === job.serviceId);
    for (const { deploymentId } of older.slice(0, Math.max(0, older.length - kept + 1)))
      state.deployments.delete(deploymentId);
    const at = now();
    const time = `${at.slice(0, 10)}:${at.slice(11, 19)}`;
    const row: DeploymentRow = {
      deploymentId: rowId(),
      title: job.title,
      description: job.description,
      status: 'running',
      // Two within one second share a file, as on a real server.
      logPath: unreachable ? '' : `/etc/dokploy/logs/${appName}/${appName}-${time}.log`,
      applicationId: job.kind === 'application' ? job.serviceId : null,
      composeId: job.kind === 'compose' ? job.serviceId : null,
      createdAt: at,
      startedAt: at,
      finishedAt: null,
      errorMessage: null,
    };
    state.deployments.set(row.deploymentId, row);
    return row;
  }
}
