import { randomBytes } from 'node:crypto';
import { DevyardError } from '../shared/errors.ts';
import type { CodeServerContext } from './context.ts';
import type { CodeServerDefinition, CodeServerState } from './model.ts';

const secretName = 'password';
/** base64url of 192 random bits: 32 characters that nobody has to quote. */
const passwordBytes = 24;

/** Whose secrets those of a code-server are. */
export const secretOwner = (id: string): string => `codeServer:${id}`;

/** How a server is started with a password: one that is made once and kept. */
export async function passwordForStart(
  { onProblem, ports, secrets }: Pick<CodeServerContext, 'onProblem' | 'ports' | 'secrets'>,
  definition: CodeServerDefinition,
): Promise<string> {
  refuseTrace(definition);
  // A stranger who answers there must not be taken for the server, nor be told its password.
  await ports.requireFree(definition.port);
  const owner = secretOwner(definition.id);
  const kept = await secrets.get(owner, secretName).catch((error: unknown) => {
    if (!isUnreadable(error)) throw error;
    onProblem(error);
    return undefined;
  });
  if (kept !== undefined) return kept;
  const made = randomBytes(passwordBytes).toString('base64url');
  await secrets.set(owner, secretName, made);
  return made;
}

/** The password of a server that was started with one. Throws `wrong-state` until it answers, `store-corrupt` when it got lost. */
export async function keptPassword(
  { secrets }: Pick<CodeServerContext, 'secrets'>,
  id: string,
  { status }: CodeServerState,
): Promise<string> {
  if (status !== 'running' && status !== 'unhealthy')
    throw new DevyardError('wrong-state', `The code-server is ${status}.`, { hint: 'Open it when it runs.' });
  let cause: unknown;
  const kept = await secrets.get(secretOwner(id), secretName).catch((error: unknown) => {
    if (!isUnreadable(error)) throw error;
    cause = error;
    return undefined;
  });
  if (kept !== undefined) return kept;
  throw new DevyardError('store-corrupt', 'The password of this code-server cannot be read any more.', {
    hint: 'Restart the code-server: it gets a new password.',
    cause,
  });
}

function isUnreadable(error: unknown): error is DevyardError {
  return error instanceof DevyardError && error.code === 'store-corrupt';
}

const asksForTrace = /\btrace\b|\bverbose\b|^-v{3}$/i;

/**
 * At the level *trace*, the VS Code server inside code-server 4.139.1 logs all its arguments, and code-server puts the
 * password (or its hash, which is as good) among them. Throws `invalid` for a definition that asks for that level.
 */
function refuseTrace({ args, env }: CodeServerDefinition): void {
  const arg = args.findIndex((text) => asksForTrace.test(text));
  const name = ['LOG_LEVEL', 'VSCODE_OPTIONS'].find((name) => asksForTrace.test(env[name] ?? ''));
  const field = arg !== -1 ? `args.${String(arg)}` : name === undefined ? undefined : `env.${name}`;
  if (field === undefined) return;
  throw new DevyardError('invalid', 'With so much detail, code-server would write its password to its log.', {
    field,
    hint: 'Use “--log debug” at most, or let Devyard guard the server (codeServerAccess: devyard).',
  });
}
