/** Lines for people, on stderr: stdout belongs to DevPod. */
export interface Log {
  debug(text: string): void;
  info(text: string): void;
  error(text: string): void;
}

/** Names of DevPod's logger (logrus), the quietest last. */
const levels = ['trace', 'debug', 'info', 'warning', 'error', 'fatal', 'panic'];

/**
 * A log that heeds DEVPOD_LOG_LEVEL (and DEVPOD_DEBUG, which is set below it with `devpod --debug`). `quiet` is for what
 * runs between a program and its user: only errors. None of the `secrets` gets out.
 */
export function createLog(
  env: Readonly<Record<string, string | undefined>>,
  write: (line: string) => void,
  { quiet, secrets }: { readonly quiet: boolean; readonly secrets: readonly string[] },
): Log {
  const least = levels.indexOf(levelOf(env, quiet ? 'error' : 'info'));
  const hidden = secrets.filter((secret) => secret.length >= 4);
  const print = (level: string, text: string): void => {
    if (levels.indexOf(level) < least) return;
    const clean = hidden.reduce((line, secret) => line.replaceAll(secret, '***'), text);
    write(`devyard: ${clean}\n`);
  };
  return {
    debug: (text) => print('debug', text),
    info: (text) => print('info', text),
    // What went wrong is said however quiet it is to be: an exit code alone helps nobody.
    error: (text) => print('panic', text),
  };
}

function levelOf(env: Readonly<Record<string, string | undefined>>, otherwise: string): string {
  if (env['DEVPOD_DEBUG'] === 'true') return 'debug';
  const given = (env['DEVPOD_LOG_LEVEL'] ?? '').trim().toLowerCase();
  const known = given === 'warn' ? 'warning' : given;
  if (!levels.includes(known)) return otherwise;
  return otherwise === 'error' && known === 'info' ? 'error' : known;
}
