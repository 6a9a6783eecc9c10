import { v7 as uuidv7 } from 'uuid';
import { requireFolder } from '../../shared/files.ts';
import type { RunningProcess, RunRecord } from '../../shared/processes/types.ts';
import type { Environment } from '../plan.ts';
import { resourceOf } from '../resource.ts';
import { expandKnownPorts, expandPorts, type PortValues } from './placeholders.ts';
import type { Launch, ProcessContext } from './ports.ts';
import { probeTargets, type ProbeTarget } from './probeTargets.ts';
import type { RunOutput } from './runOutput.ts';
import { unlessAborted } from './waiting.ts';

/** A process that runs, and what is to be asked before it counts as ready. */
export interface Launched {
  readonly process: RunningProcess;
  readonly startedAt: number;
  readonly port: number | null;
  readonly debugPort: number | null;
  readonly targets: readonly ProbeTarget[];
  readonly output: RunOutput['from'];
}

interface Wish {
  readonly port: number | null;
  readonly debug: boolean;
}

/**
 * Starts the process of a plan; what shall run is written first, so that a kill in between loses nothing. Rejects with
 * what keeps it from starting, or with the signal's reason; nothing is left of it then.
 */
export async function launch(context: ProcessContext, { port, debug }: Wish, signal: AbortSignal): Promise<Launched> {
  const { bootId, clock, hostId, log, plan, processes, runRecords, onProblem } = context;
  const ports: PortValues = { own: port, of: context.portOf };
  const targets = probeTargets(plan.ready, ports, plan.name);
  await unlessAborted(requireFolder(plan.cwd, `processes.${plan.name}.cwd`), signal);
  const { launch, debugPort } = await unlessAborted(prepare(context, ports, debug), signal);
  const { command, runId } = launch;
  const intent: RunRecord = {
    runId,
    resource: resourceOf(context.projectId, plan.name),
    hostId,
    bootId,
    command,
    intendedAt: clock.now(),
    ports: { ...(port === null ? {} : { own: port }), ...(debugPort === null ? {} : { debug: debugPort }) },
  };
  await runRecords.writeIntent(intent);
  let process: RunningProcess;
  let seq: number;
  try {
    signal.throwIfAborted();
    const files = await log.beginRun(runId, { label: plan.name });
    seq = log.lastSeq;
    const [program, ...args] = command;
    process = await processes.spawn({ runId, command: program, args, cwd: launch.cwd, env: launch.env, ...files });
  } catch (error) {
    await forgetRun(context, runId);
    throw error;
  }
  // Should this fail, the process is still found by its environment.
  await runRecords.writeStarted(intent, process.identity).catch(onProblem);
  return { process, startedAt: intent.intendedAt, port, debugPort, targets, output: { seq } };
}

/** Reads what is left of a run's output and takes its record away; a fault in it stops nobody. */
export async function forgetRun({ log, runRecords, onProblem }: ProcessContext, runId: string): Promise<void> {
  await log.endRun(runId).catch((error: unknown) => {
    // A run that could not even be begun.
    if ((error as { code?: unknown }).code !== 'not-found') onProblem(error);
  });
  await runRecords.remove(runId).catch(onProblem);
}

async function prepare(
  context: ProcessContext,
  ports: PortValues,
  debug: boolean,
): Promise<{ readonly launch: Launch; readonly debugPort: number | null }> {
  const { plan } = context;
  const [program, ...args] = plan.command;
  const expand = (text: string): string => expandPorts(text, ports, `processes.${plan.name}.command`);
  const [env, command] = await Promise.all([
    context.environment(),
    context.resolve([expand(program), ...args.map(expand)], plan.cwd),
  ]);
  const plain: Launch = { runId: uuidv7(), command, cwd: plan.cwd, env: environmentOf(context, env, ports) };
  let prepared = plain;
  let debugPort: number | null = null;
  if (debug && plan.debug !== null) {
    const wanted = await context.debugCommand(plan.debug, plain);
    prepared = { ...plain, command: wanted.command, env: wanted.env };
    debugPort = wanted.port;
  }
  if (!plan.tty) return { launch: prepared, debugPort };
  const terminal = await context.terminalCommand(prepared);
  const inTerminal = { ...prepared, command: [terminal.command, ...terminal.args] as const };
  return { launch: { ...inTerminal, env: terminal.env ?? prepared.env }, debugPort };
}

/** Whoever says in the manifest what PORT shall be is right; what only stands in the daemon's environment is not. */
function environmentOf({ plan }: ProcessContext, inherited: Environment, ports: PortValues): Environment {
  const own = Object.entries(plan.env).map(
    ([name, value]) => [name, expandPorts(value, ports, `processes.${plan.name}.env.${name}`)] as const,
  );
  return {
    ...expandKnownPorts(inherited, ports),
    ...(ports.own === null ? {} : { PORT: String(ports.own) }),
    ...Object.fromEntries(own),
  };
}
