import { serviceEnvironment } from './envText.ts';
import type { ApplicationRow, PortRow } from './rows.ts';
import { where } from './state.ts';
import type { ServiceSpec } from './task.ts';
import type { World } from './world.ts';

/** The swarm service that Dokploy makes of an application's rows. Throws for an environment that it cannot resolve. */
export function swarmSpecOf({ state, hostOf }: World, app: ApplicationRow): ServiceSpec {
  const environment = state.environments.get(app.environmentId);
  const project = state.projects.get(environment?.projectId ?? '');
  const host = hostOf(app.serverId);
  const ports = where(state.ports, (row) => row.applicationId === app.applicationId);
  const mounts = where(state.mounts, (row) => row.applicationId === app.applicationId && row.type === 'volume');
  const named = (mode: PortRow['publishMode']): string[] =>
    ports
      .filter((row) => row.publishMode === mode)
      .map((row) => `${host}:${String(row.publishedPort)}/${row.protocol}`);
  const policy = app.restartPolicySwarm;
  return {
    appName: app.appName,
    serverId: app.serverId,
    machine: {
      image: app.dockerImage ?? '',
      // Cut at blanks, quotes or not.
      entrypoint: app.command ? app.command.split(' ') : undefined,
      command: app.args ?? undefined,
      env: serviceEnvironment(app.env, project?.env ?? '', environment?.env ?? '').map((line) =>
        expandTemplate(line, app.appName),
      ),
      ports: ports.map((row) => ({
        host,
        published: row.publishedPort,
        target: row.targetPort,
        protocol: row.protocol,
      })),
      volumes: mounts.map((row) => ({ name: row.volumeName ?? '', mountPath: row.mountPath })),
      memoryBytes: app.memoryLimit ? Number(app.memoryLimit) : undefined,
      nanoCpus: app.cpuLimit ? Number(app.cpuLimit) : undefined,
      privileged: false,
    },
    hostPorts: named('host'),
    ingressPorts: named('ingress'),
    stopFirst: app.updateConfigSwarm?.Order === 'stop-first',
    restart: {
      condition: policy?.Condition === 'none' || policy?.Condition === 'on-failure' ? policy.Condition : 'any',
      delayMs: policy?.Delay === undefined ? 5000 : policy.Delay / 1e6,
      maxAttempts: policy?.MaxAttempts ?? 0,
    },
  };
}

/**
 * A swarm expands `{{…}}` in a service's environment (`docker service create`, "Create services using templates"): texts and
 * the service's name are known here.
 */
function expandTemplate(line: string, appName: string): string {
  return line.replaceAll(/\{\{\s*(.*?)\s*\}\}/gu, (_, action: string) => {
    if (/^"(?:[^"\\]|\\.)*"$/u.test(action)) return JSON.parse(action) as string;
    if (/^`[^`]*`$/u.test(action)) return action.slice(1, -1);
    if (action === '.Service.Name') return appName;
    if (action === '.Node.Hostname') return 'vm';
    throw new Error(`expanding env failed: expanding env ${JSON.stringify(line)}: template: expansion`);
  });
}
