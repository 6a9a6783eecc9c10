import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { defaultDataDir } from './api/contract/discovery.ts';
import { build } from './build.ts';
import { runCodeServerCommand } from './cli/codeServer.ts';
import { requireNoOperands } from './cli/operands.ts';
import { parse, type ParsedCommand } from './cli/options.ts';
import { endWithReader, fail, print } from './cli/output.ts';
import { runServe } from './cli/serve.ts';
import { runLogs, runStatus, runStop } from './cli/status.ts';
import { usage } from './cli/usage.ts';

/** The `devyard` command: wiring from arguments to the daemon or to its client. */
async function main(argv: readonly string[]): Promise<number> {
  const command = parse(argv);
  // A daemon goes on without whoever read its first line.
  if (command.name !== 'serve') endWithReader();
  const dataDir = command.options.dataDir ?? resolve(defaultDataDir(process.env, process.platform, homedir()));
  return run(command, { dataDir, bundleDir: __dirname, build, execPath: process.execPath, env: process.env });
}

type Surroundings = Parameters<typeof runCodeServerCommand>[1];

function run(command: ParsedCommand, surroundings: Surroundings): Promise<number> | number {
  if (command.options.version) return print(build.version);
  if (command.options.help) return print(usage);
  if (command.name !== 'code-server' && command.name !== 'help') requireNoOperands(command);
  switch (command.name) {
    case 'serve':
      return runServe(command.options, surroundings);
    case 'status':
      return runStatus(command.options, surroundings);
    case 'stop':
      return runStop(command.options, surroundings);
    case 'logs':
      return runLogs(command.options, surroundings);
    case 'code-server':
      return runCodeServerCommand(command, surroundings);
    case 'help':
      return print(usage);
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = fail(error);
  },
);
