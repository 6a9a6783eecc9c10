import { dirname } from 'node:path';
import { makePrivateDir, writeFileAtomic } from '../shared/files.ts';
import type { CodeServerDefinition } from './model.ts';

/** As much as the gate lets through; Node.js itself refuses more than 16 KB, which the cookies of one host soon are. */
const maxHeaderBytes = 64 * 1024;

/**
 * The environment with which code-server's Node.js has these flags: `file` is written, and loaded before code-server.
 *
 * NODE_OPTIONS alone would not do: VS Code gives it to every terminal, where a memory limit hits compilers that it is not
 * meant for, and takes it from the extension host, which it is meant for. Flags on the command line go the other way, but
 * code-server is a script whose command line for Node.js is not ours. So what NODE_OPTIONS loads in code-server's first
 * process writes the flags into `process.execArgv`, with which Node.js (`child_process.fork`) and VS Code start what else
 * belongs to the server, and puts NODE_OPTIONS back to what the definition says.
 */
export async function withNodeFlags(
  env: Readonly<Record<string, string>>,
  definition: CodeServerDefinition,
  file: string,
): Promise<Readonly<Record<string, string>>> {
  const own = definition.env['NODE_OPTIONS'];
  await makePrivateDir(dirname(file));
  await writeFileAtomic(file, preload(nodeFlagsOf(definition, own), own));
  const quoted = `"${file.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  return { ...env, NODE_OPTIONS: ['--require', quoted, ...(own === undefined ? [] : [own])].join(' ') };
}

/** What the definition's own NODE_OPTIONS name is left to them: a command line would outrank them. */
function nodeFlagsOf({ memoryLimitMb }: CodeServerDefinition, own = ''): readonly string[] {
  const flags = { '--max-http-header-size': maxHeaderBytes, '--max-old-space-size': memoryLimitMb };
  const named = own.replaceAll('_', '-');
  return Object.entries(flags).flatMap(([name, value]) =>
    value === null || named.includes(name) ? [] : [`${name}=${String(value)}`],
  );
}

function preload(flags: readonly string[], own: string | undefined): string {
  const restored =
    own === undefined ? 'delete process.env.NODE_OPTIONS;' : `process.env.NODE_OPTIONS = ${JSON.stringify(own)};`;
  return `// Devyard writes this at each start.\nprocess.execArgv.push(...${JSON.stringify(flags)});\n${restored}\n`;
}
