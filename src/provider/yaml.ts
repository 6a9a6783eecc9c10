import { agentDataFolder } from './machinePlan.ts';
import { optionGroups, type OptionName, type OptionSpec, optionTable } from './optionTable.ts';

/** What DevPod has a provider do. */
export const verbs = ['init', 'create', 'delete', 'start', 'stop', 'status', 'command'] as const;
export type Verb = (typeof verbs)[number];

/**
 * How DevPod calls the provider: with these words before the verb, without a shell, or by a line for a shell. Undefined:
 * by whatever DEVYARD_PROVIDER says, else by the `devyard` that is found on PATH.
 */
export type Call = readonly [string, ...string[]] | undefined;

/** How the container of a machine is ended from the inside, so that Docker does not start it again. */
const shutdown = 'kill -TERM 1';

/**
 * provider.yaml, as `loft-sh/devpod` reads it (pkg/provider/parse.go): unknown keys are refused, and an `exec` entry is a
 * line for a shell or a list of arguments.
 */
export function providerYaml(version: string, call: Call): string {
  return [
    'name: dokploy',
    `version: v${version}`,
    `description: ${text('Machines on a Dokploy server, by Devyard')}`,
    'optionGroups:',
    ...optionGroups.flatMap(({ name, visible, options }) => [
      `  - name: ${text(name)}`,
      `    defaultVisible: ${String(visible)}`,
      '    options:',
      ...Object.keys(options).map((option) => `      - ${option}`),
    ]),
    'options:',
    ...(Object.entries(optionTable) as [OptionName, OptionSpec][]).flatMap(([name, spec]) => optionLines(name, spec)),
    'agent:',
    '  path: ${AGENT_PATH}',
    `  dataPath: ${agentDataFolder}/agent`,
    '  driver: docker',
    '  inactivityTimeout: ${INACTIVITY_TIMEOUT}',
    '  injectGitCredentials: ${INJECT_GIT_CREDENTIALS}',
    '  injectDockerCredentials: ${INJECT_DOCKER_CREDENTIALS}',
    '  exec:',
    `    shutdown: ${text(shutdown)}`,
    'exec:',
    ...verbs.map((verb) => `  ${verb}: ${execLine(verb, call)}`),
    '',
  ].join('\n');
}

function optionLines(name: OptionName, spec: OptionSpec): readonly string[] {
  const { description, default: otherwise, required, password, enum: values } = spec;
  return [
    `  ${name}:`,
    `    description: ${text(description)}`,
    ...(required === true ? ['    required: true'] : []),
    ...(password === true ? ['    password: true'] : []),
    ...(otherwise === undefined ? [] : [`    default: ${text(otherwise)}`]),
    ...(values === undefined ? [] : [`    enum: ${list(values)}`]),
  ];
}

/** `exec`, because DevPod ends the process that it began, which then is no shell. */
function execLine(verb: Verb, call: Call): string {
  if (call !== undefined) return list([...call, verb]);
  const program = '"${DEVYARD_PROVIDER:-devyard}"';
  const run = `exec ${program} provider ${verb}`;
  // Comes first, when the provider is added. A shell alone would say that something is not found.
  return text(
    verb === 'init' ? `command -v ${program} >/dev/null || { echo "${nowhere}" >&2; exit 127; }; ${run}` : run,
  );
}

const nowhere =
  'devyard is not on PATH. Its own command prints a provider.yaml that needs none: devyard provider yaml, or node dist/cli.js provider yaml.';

/** A quoted scalar. JSON's are YAML's, and single quotes take everything as it stands but themselves and line ends. */
const text = (value: string): string => (/['\p{Cc}]/u.test(value) ? JSON.stringify(value) : `'${value}'`);
const list = (values: readonly string[]): string => `[${values.map(text).join(', ')}]`;
