import { command } from '../command.ts';
import { UsageError } from '../output.ts';

/** Only for the help: `src/cli.ts` hands over before anything of the command line is loaded. */
export const providerCommand = command({
  words: ['provider'],
  operands: ['VERB'],
  summary: 'DevPod provider for Dokploy: init, create, delete, start, stop, status, command, yaml',
  notes: [
    'DevPod calls it, with its options in the environment; no daemon is needed.',
    'devyard provider yaml > provider.yaml && devpod provider add ./provider.yaml',
  ],
  run() {
    throw new UsageError('“provider” comes first: devyard provider VERB');
  },
});
