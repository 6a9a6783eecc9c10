import { realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { type ConfigText, readConfigText } from './configText.ts';
import { type ParsedConfig, parseDevboxYaml, wholeFileProblem } from './parse.ts';

/**
 * A workspace's own devbox.yaml, for what is created from that workspace; undefined where there is no such file. A link is
 * followed within the file's folder only: what is wrong is quoted to whoever asks, and must not quote other files. Never
 * rejects. Its port range and its API port are not the workspace's to say; whoever calls leaves them out.
 */
export async function readWorkspaceConfig(file: string): Promise<ParsedConfig | undefined> {
  const text = await readInside(file);
  switch (text.status) {
    case 'missing':
      return undefined;
    case 'unreadable':
      return { ok: false, problems: [wholeFileProblem(`The file ${text.message}`)] };
    case 'text':
      return parseDevboxYaml(text.text);
  }
}

async function readInside(file: string): Promise<ConfigText> {
  let real: string;
  let folder: string;
  try {
    folder = await realpath(dirname(file));
    real = await realpath(file);
  } catch {
    // Missing, or a broken link: reading it says which.
    return await readConfigText(file);
  }
  const inside = relative(folder, real);
  if (inside === '..' || inside.startsWith(`..${sep}`) || join(folder, inside) !== real) {
    return { status: 'unreadable', message: 'is a link that leads out of its folder. Copy it into the folder.' };
  }
  return await readConfigText(real);
}
