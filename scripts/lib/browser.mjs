// A Chromium for the tests that need a browser.
import { existsSync } from 'node:fs';
import { run, step, which } from './run.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const macPaths = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function find() {
  const own = process.env.CHROMIUM_PATH;
  if (own) return existsSync(own) ? { path: own } : { reason: `CHROMIUM_PATH names ${own}, which does not exist` };
  const path = names.map(which).find(Boolean) ?? macPaths.find((file) => existsSync(file));
  return path ? { path } : undefined;
}

/** `{path}` of a Chromium, installing Debian's when that is possible; else `{reason}` why there is none. Never throws. */
export async function ensureChromium() {
  const found = find();
  if (found) return found;
  const hint = 'install Chromium, or name one in CHROMIUM_PATH';
  if (!which('apt-get')) return { reason: `no Chromium on the PATH; ${hint}` };
  if (process.getuid?.() !== 0) return { reason: `no Chromium on the PATH, and installing it needs root; ${hint}` };
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { code, output } = await step('apt-get install chromium, about 350 MB on disk', async () => {
    await run('apt-get', ['update'], { quiet: true, env });
    return run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { quiet: true, env });
  });
  if (code !== 0) return { reason: `apt-get install chromium failed: ${output.trim().split('\n').at(-1)}; ${hint}` };
  return find() ?? { reason: `apt-get installed no chromium; ${hint}` };
}
