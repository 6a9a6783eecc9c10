import { join } from 'node:path';
import type { ProjectFiles } from '../manifest/projectFiles.ts';
import { Draft, type Proposal } from './proposal.ts';
import { wordsOf } from './words.ts';

/** From a Procfile: `name: command line` on each line. */
export async function fromProcfile(folder: string, files: ProjectFiles): Promise<Proposal | undefined> {
  const text = await files.readText(join(folder, 'Procfile'));
  if (text === undefined) return undefined;
  const draft = new Draft('Procfile');
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const [, name, command] = /^\s*([A-Za-z0-9_-]+):\s*(\S.*)$/.exec(line) ?? [];
    if (name === undefined || command === undefined) continue;
    const read = wordsOf(command);
    if (name === 'release') draft.leaveOut(name, 'runs once for a release, not while developing');
    else if (!read.ok) draft.leaveOut(name, read.reason);
    else {
      draft.process(name, {
        command: read.words,
        ...(Object.keys(read.env).length === 0 ? {} : { env: read.env }),
        ...(read.wantsPort ? { port: true } : {}),
      });
    }
  }
  return draft.proposal(folder);
}
