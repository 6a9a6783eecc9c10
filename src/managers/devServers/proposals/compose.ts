import { join } from 'node:path';
import { valueOf } from '../../shared/yaml/nodeValue.ts';
import { readYaml } from '../../shared/yaml/yamlTree.ts';
import type { ProjectFiles } from '../manifest/projectFiles.ts';
import { Draft, type Proposal } from './proposal.ts';

/** In the order in which Docker looks for them. */
const names = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/**
 * From a compose file: a process for each service that publishes a port on this machine. Docker starts what a service
 * depends on by itself.
 */
export async function fromCompose(folder: string, files: ProjectFiles): Promise<Proposal | undefined> {
  const entries = new Set(await files.list(folder));
  const name = names.find((each) => entries.has(each));
  const { root } = readYaml((name === undefined ? undefined : await files.readText(join(folder, name))) ?? '');
  if (name === undefined || root === undefined) return undefined;
  const services = fields(fields(valueOf(root, noRules))['services']);
  const draft = new Draft(name);
  for (const [service, given] of Object.entries(services)) {
    // Docker's own rule for names; anything else might be taken for an option.
    if (!/^[A-Za-z0-9][\w.-]*$/.test(service)) {
      draft.leaveOut(service, 'has a name that Docker does not allow');
      continue;
    }
    const ports = asList(fields(given)['ports']).map(publishedPort);
    const port = ports.find((each) => each !== undefined);
    if (port === undefined) {
      draft.leaveOut(
        service,
        'publishes no port that is known before it starts; Docker starts it where another service needs it',
      );
      continue;
    }
    if (ports.length > 1)
      draft.note(`“${service}” publishes several ports; ${String(port)} is the one that is waited for.`);
    draft.process(service, {
      command: ['docker', 'compose', 'up', service],
      port,
      ready: [{ tcp: true }],
      // Images may have to be fetched first.
      readyTimeout: '5m',
      stop: { grace: '15s' },
    });
  }
  return draft.proposal(folder);
}

/** The port on this machine: `"8080:80"`, `"127.0.0.1:8080:80/tcp"`, or `published:` of the long form. */
function publishedPort(given: unknown): number | undefined {
  const published =
    typeof given === 'string'
      ? /^(?:(?:[\d.]+|\[[\da-fA-F:]+\]):)?(\d{1,5}):\d{1,5}(?:\/tcp)?$/.exec(given)?.[1]
      : fields(given)['published'];
  const port = Number(published);
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
}

const none: ReadonlySet<string> = new Set();
const noRules = { free: none, named: none };
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
