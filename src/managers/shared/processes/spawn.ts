import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { execa } from 'execa';
import { DevyardError, errnoOf } from '../errors.ts';
import { startFailed } from './spawnError.ts';
import { RunTree, type StopDeps } from './stop.ts';
import { runVariable, type ProcessExit, type ProcessIdentity, type RunningProcess, type RunSpec } from './types.ts';

/**
 * Starts a process in a session and process group of its own that writes to its files itself and survives this process.
 * Throws `start-failed` when it cannot be started, `invalid` when text in the spec holds a NUL.
 */
export async function spawnRun(spec: RunSpec, deps: StopDeps): Promise<RunningProcess> {
  refuseNul(spec);
  const outputs: FileHandle[] = [];
  try {
    const stdout = await openOutput(spec.stdoutFile);
    outputs.push(stdout);
    const stderr = await openOutput(spec.stderrFile);
    outputs.push(stderr);
    return await launch(spec, stdout.fd, stderr.fd, deps);
  } catch (error) {
    if (error instanceof DevyardError) throw error;
    // An errno of opening the files; a missing folder there is the log's, not the working folder.
    const code = errnoOf(error);
    if (code !== 'ENOENT') throw startFailed(spec, code, error, false);
    const message = `${spec.command} could not be started: the folder of ${spec.stdoutFile} is missing.`;
    throw new DevyardError('start-failed', message, {
      hint: 'Restart Devyard, which makes its folders.',
      cause: error,
    });
  } finally {
    await Promise.all(outputs.map((file) => file.close()));
  }
}

async function launch(spec: RunSpec, stdout: number, stderr: number, deps: StopDeps): Promise<RunningProcess> {
  const child = execa(spec.command, [...spec.args], {
    cwd: spec.cwd,
    env: { ...spec.env, [runVariable]: spec.runId },
    extendEnv: false,
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stdout: descriptor(stdout),
    stderr: descriptor(stderr),
  });
  const { pid } = child;
  if (pid === undefined) {
    const result = await child;
    throw startFailed(spec, errnoOf(result.cause) ?? result.code, result.cause ?? result, await isMissing(spec.cwd));
  }
  child.nodeChildProcess.unref();
  const ended = child.then((result): ProcessExit => {
    return { kind: 'exited', exitCode: result.exitCode ?? null, signal: result.signal ?? null };
  });
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  // Until its exit was seen nobody else can have the pid. Where that came first, no identity is known: '' matches nothing.
  const found = await deps.platform.identify(pid).catch(() => undefined);
  const identity: ProcessIdentity =
    found !== undefined && !hasEnded ? found : { pid, startTime: '', bootId: deps.platform.bootId };
  const tree = new RunTree(spec.runId, identity, deps);
  const exited = ended.then((exit) => {
    void tree.rememberSurvivors();
    return exit;
  });
  return {
    runId: spec.runId,
    identity,
    adopted: false,
    exited,
    async stop(graceMs, first) {
      await tree.stop(graceMs, first);
      return exited;
    },
  };
}

/** Execa hands any descriptor on to the child, but its types only know those of a shell script. */
function descriptor(fd: number): 3 {
  return fd as 3;
}

/** Append, so that two writers of one file do not overwrite each other; the mode also of a file that was there. */
async function openOutput(file: string): Promise<FileHandle> {
  const handle = await open(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
  try {
    await handle.chmod(0o600);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function isMissing(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => false,
    (error: unknown) => errnoOf(error) === 'ENOENT',
  );
}

function refuseNul(spec: RunSpec): void {
  const texts: readonly (readonly [string, readonly string[]])[] = [
    ['command', [spec.command]],
    ['args', spec.args],
    ['cwd', [spec.cwd]],
    ['env', Object.entries(spec.env).flat()],
  ];
  for (const [field, values] of texts) {
    if (values.some((value) => value.includes('\0'))) {
      throw new DevyardError('invalid', `${field} holds a NUL character, which no process can be given.`, { field });
    }
  }
  if (Object.keys(spec.env).some((name) => name === '' || name.includes('='))) {
    throw new DevyardError('invalid', 'env holds a name that is empty or has a "=".', { field: 'env' });
  }
}
