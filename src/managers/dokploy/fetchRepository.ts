import { shellQuoted } from './machines/startScript.ts';
import type { Repository } from './model.ts';
import { runToEnd, type Run } from './machines/remoteRun.ts';

/**
 * Clones a repository inside the workspace, unless its folder is there with something in it: done again after a kill, and
 * never over what somebody works on. Aside first, so that a folder that is there is a whole one.
 */
export async function fetchRepository({ url, branch, folder }: Repository, run: Run): Promise<void> {
  const into = shellQuoted(folder);
  const aside = shellQuoted(`${folder}.devyard-clone`);
  const chosen = branch === null ? '' : ` --branch ${shellQuoted(branch)}`;
  const clone = `GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND='ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new' git clone${chosen} -- ${shellQuoted(url)} ${aside}`;
  const script = [
    `if [ -n "$(ls -A ${into} 2>/dev/null)" ]; then echo ${shellQuoted(`${folder} is there already.`)}; exit 0; fi`,
    'command -v git >/dev/null 2>&1 || { echo "There is no git in this image." >&2; exit 127; }',
    `rm -rf ${aside} && mkdir -p "$(dirname ${into})" && ${clone} || exit $?`,
    `rmdir ${into} 2>/dev/null; mv ${aside} ${into}`,
  ].join('\n');
  await runToEnd(run, script, `Cloning ${url}`);
}
