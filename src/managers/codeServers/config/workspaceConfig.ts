import { wholeFileProblem } from '../../shared/yaml/configProblem.ts';
import { readConfigTextInside } from '../../shared/yaml/configText.ts';
import { type ParsedConfig, parseDevboxYaml } from './parse.ts';

/**
 * A workspace's own devbox.yaml, for what is created from that workspace; undefined where there is no such file. A link is
 * followed within the file's folder only: what is wrong is quoted to whoever asks, and must not quote other files. Never
 * rejects. Its port range and its API port are not the workspace's to say; whoever calls leaves them out.
 */
export async function readWorkspaceConfig(file: string): Promise<ParsedConfig | undefined> {
  const text = await readConfigTextInside(file);
  switch (text.status) {
    case 'missing':
      return undefined;
    case 'unreadable':
      return { ok: false, problems: [wholeFileProblem(`The file ${text.message}`)] };
    case 'text':
      return parseDevboxYaml(text.text);
  }
}
