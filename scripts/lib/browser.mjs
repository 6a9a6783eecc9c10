// A Chromium for the tests that need a browser.
import { existsSync } from 'node:fs';
import { aptInstall } from './apt.mjs';
import { which } from './run.mjs';

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
  const reason = await aptInstall('chromium', '350 MB');
  if (reason !== undefined) return { reason: `no Chromium on the PATH: ${reason}; ${hint}` };
  return find() ?? { reason: `apt-get installed no chromium; ${hint}` };
}
