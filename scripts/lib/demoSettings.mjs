// The demo editor's settings: ours at first, the person's from then on.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const quiet = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  // The demo lies inside the repository, and git would ask about that.
  'git.openRepositoryInParentFolders': 'never',
};

const pathKey = 'devyard.codeServer.path';

async function writeNew(file, settings) {
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, `${JSON.stringify(settings, null, 2)}\n`, { flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

/**
 * Settings that exist are left alone, but for one: a code-server path that is still the one written here earlier
 * follows the cache. It is of scope `machine`, so it lives in the server's own file.
 */
export async function writeSettings(demo, userData, launcher) {
  await writeNew(join(userData, 'User', 'settings.json'), quiet);
  const machine = join(userData, 'Machine', 'settings.json');
  await writeNew(machine, { [pathKey]: launcher });
  const record = join(demo, 'code-server-path');
  const earlier = await readFile(record, 'utf8').catch(() => '');
  const text = await readFile(machine, 'utf8');
  const entry = (path) => `${JSON.stringify(pathKey)}: ${JSON.stringify(path)}`;
  if (earlier && earlier !== launcher && text.includes(entry(earlier))) {
    await writeFile(
      machine,
      text.replace(entry(earlier), () => entry(launcher)),
    );
  }
  await writeFile(record, launcher);
}
