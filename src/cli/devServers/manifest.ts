import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ApiError } from '../../api/client/transport.ts';
import type { OperationOutput } from '../../api/contract/operations.ts';
import { daemonCommand } from '../command.ts';
import { print, printJson } from '../output.ts';
import { plain } from '../text.ts';

export const checkManifestCommand = daemonCommand({
  words: ['dev-server', 'check'],
  operands: ['FILE'],
  summary: 'what is wrong in a devyard.yaml; exit code 1 when something is',
  options: ['json'],
  async run(daemon, { operands: [file], options }) {
    const path = resolve(file);
    const text = await readFile(path, 'utf8').catch(() => {
      throw new ApiError({ code: 'not-found', status: 404, message: `${path} cannot be read.` });
    });
    const { problems } = await daemon.call('devServers.check', { body: { path, text } });
    if (options.json) printJson(problems);
    else {
      for (const { line, column, message } of problems)
        print(`${file}:${String(line)}:${String(column)}: ${plain(message)}`);
    }
    if (problems.length > 0) return 1;
    return options.json ? 0 : print(`${file} is fine.`);
  },
});

export const importProjectCommand = daemonCommand({
  words: ['dev-server', 'import'],
  operands: ['DIR'],
  summary: 'print a devyard.yaml made from what the folder has: scripts, tasks, Procfile, compose file',
  options: ['write', 'json'],
  notes: ['Nothing of it runs. With --write the first one is written, unless there is a devyard.yaml already.'],
  async run(daemon, { operands: [dir], options }) {
    const proposals = await daemon.call('devServers.propose', { body: { path: resolve(dir) } });
    const [first] = proposals;
    if (options.json) printJson(proposals);
    else if (first === undefined) print('There is nothing here that a devyard.yaml could be made from.');
    else for (const proposal of proposals) show(proposal);
    if (first === undefined) return 1;
    if (!options.write) return 0;
    await writeNew(first);
    return options.json
      ? 0
      : print(`${first.path} is written. Look at it, then: devyard dev-server add ${dir} --trust`);
  },
});

type Proposal = OperationOutput<'devServers.propose'>[number];

function show({ source, path, text, notes }: Proposal): void {
  print(`# From ${plain(source)}, for ${path}`);
  for (const note of notes) print(`# ${plain(note)}`);
  print(text);
}

/** Rejects where there is a file already: what somebody wrote is theirs. */
async function writeNew({ path, text }: Proposal): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new ApiError({
      code: 'conflict',
      status: 409,
      message: `${path} is there already.`,
      hint: 'Take over by hand what is missing in it, or move it away first.',
    });
  }
}
