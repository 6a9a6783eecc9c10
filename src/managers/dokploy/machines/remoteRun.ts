import { DevyardError } from '../../shared/errors.ts';
import type { RemoteCommand } from '../ssh/types.ts';

/** Characters of a command's output that are kept for an error. */
const keptOutput = 4000;

/** Begins a command on the remote side. */
export type Run = (command: string) => Promise<RemoteCommand>;

/** Runs a command without input to its end. Rejects `start-failed` with its last words unless it exits with 0. */
export async function runToEnd(run: Run, command: string, what: string): Promise<void> {
  const remote = await run(command);
  remote.stdin.end();
  let said = '';
  const take = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-keptOutput);
  };
  remote.stdout.on('data', take);
  remote.stderr.on('data', take);
  const { code, signal } = await remote.exit;
  if (code === 0) return;
  const how = signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
  throw new DevyardError('start-failed', `${what} failed in the workspace (${how}).\n${said.trim()}`, {
    hint: 'Open a terminal in the workspace to see what is missing there.',
  });
}
