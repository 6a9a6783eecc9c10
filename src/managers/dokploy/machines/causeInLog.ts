/** The last lines of a log, each as it would stand on a screen, without escape sequences and what is not to be shown. */
export function logLines(text: string, secrets: readonly string[] = [], most = 40): readonly string[] {
  return text
    .split('\n')
    .map((line) => shown(line, secrets))
    .filter((line) => line !== '')
    .slice(-most);
}

/** What happened, and below it the last lines of the log that tells why. */
export function withLines(message: string, lines: readonly string[]): string {
  return [message, ...lines.slice(-20)].join('\n');
}

/** Dokploy's own lines that only say that something before them failed. */
const echoes = /check the logs for details|pulling image failed|docker command failed|script execution failed/i;
const complaints = /error|fail|denied|not found|no such|cannot|unable|refused|in use|allocated|devyard:/i;

/** The line that most likely says why something failed; undefined: there is none. */
export function causeIn(lines: readonly string[]): string | undefined {
  const telling = lines.filter((line) => !echoes.test(line));
  return (telling.findLast((line) => complaints.test(line)) ?? telling.at(-1) ?? lines.at(-1))?.slice(0, 500);
}

function shown(line: string, secrets: readonly string[]): string {
  // What follows a carriage return overwrites what was before it.
  let text = line.replace(/\r+$/, '');
  text = text.slice(text.lastIndexOf('\r') + 1);
  // eslint-disable-next-line no-control-regex
  text = text.replaceAll(/\u001b\[[\d;?]*[a-zA-Z]/g, '').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
  for (const secret of secrets) if (secret.length > 3) text = text.replaceAll(secret, '…');
  return text.trimEnd();
}
