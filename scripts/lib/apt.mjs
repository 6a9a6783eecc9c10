// Debian packages that tests need.
import { run, step, which } from './run.mjs';

/** Installs a package where that is possible. Gives the reason why not, or undefined. Never throws. */
export async function aptInstall(name, size) {
  if (!which('apt-get')) return 'it is not installed, and there is no apt-get';
  if (process.getuid?.() !== 0) return 'it is not installed, and installing it needs root';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { code, output } = await step(`apt-get install ${name}, about ${size} on disk`, async () => {
    await run('apt-get', ['update'], { quiet: true, env });
    return run('apt-get', ['install', '-y', '--no-install-recommends', name], { quiet: true, env });
  });
  return code === 0 ? undefined : `apt-get install ${name} failed: ${output.trim().split('\n').at(-1)}`;
}
