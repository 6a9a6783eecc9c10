import { DevyardError } from '../../shared/errors.ts';
import {
  anyPackageManager,
  isPackageManager,
  projectManager,
  translated,
  type PackageManager,
  type ProjectManager,
} from './packageManager.ts';
import { findIn, findOnPath, foldersUp, pathsOf, type SearchContext } from './search.ts';
import { badSetting, notAProgram, notFound } from './toolMissing.ts';
import { scriptOfShim } from './windowsShim.ts';

export interface ToolContext extends SearchContext {
  /** Absolute folder that the command runs in. */
  readonly cwd: string;
  /** Absolute folder of the project; tools of its own are looked for from `cwd` up to here. */
  readonly root: string;
  /** Tool → absolute path, as the person set it. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface ResolvedTool {
  /** Which tool it is, which for a package manager may be another one than the command named. */
  readonly name: string;
  /** Absolute path of what to start. */
  readonly program: string;
  /** To stand before the command's own arguments: the tool's name for Corepack, the script for Node.js. */
  readonly args: readonly string[];
  readonly source: 'setting' | 'project' | 'path' | 'corepack';
  /** `program` with its links resolved: to be shown, never to be started (what a link is called may matter). */
  readonly realPath: string;
  /** A Windows batch file that is no known shim: it only runs through cmd.exe, which reads the arguments anew. */
  readonly batch: boolean;
}

/**
 * Finds the program of a tool: in the setting; among the project's own (the package manager that its package.json or
 * lockfile names, `node_modules/.bin` for other tools); on the PATH. A name with a slash is a path, relative to `cwd`.
 * Nothing that is found is executed. Throws `tool-missing`, or `invalid` for what can be no name.
 */
export async function resolveTool(name: string, context: ToolContext): Promise<ResolvedTool> {
  if (name.trim() === '' || name.includes('\0')) {
    throw new DevyardError('invalid', 'A command needs the name of a program.', {
      hint: 'Write the command as a list: program, then arguments.',
      field: 'command',
    });
  }
  if (context.platform === 'win32' ? /[\\/]/.test(name) : name.includes('/')) return byPath(name, context);
  const set = await bySetting(name, context);
  if (set !== undefined) return set;
  return isPackageManager(name) || name === anyPackageManager ? manager(name, context) : other(name, context);
}

/** A command with its program found, and with its arguments in the words of the package manager that was found. */
export async function resolveCommand(
  [name, ...args]: readonly [string, ...string[]],
  context: ToolContext,
): Promise<{ readonly tool: ResolvedTool; readonly command: readonly [string, ...string[]] }> {
  const tool = await resolveTool(name, context);
  const { program, args: leading } = tool;
  // `${pm}` is written in pnpm's words, which all but npm share.
  const from: PackageManager | null = name === anyPackageManager ? 'pnpm' : isPackageManager(name) ? name : null;
  const own = isPackageManager(tool.name) ? translated(args, from, tool.name) : args;
  return { tool, command: [program, ...leading, ...own] };
}

async function byPath(name: string, context: ToolContext): Promise<ResolvedTool> {
  const paths = pathsOf(context.platform);
  const path = paths.resolve(context.cwd, name);
  const program = await findIn(paths.dirname(path), paths.basename(path), context);
  if (program === undefined) throw notAProgram(name, path);
  return found(name, program, 'project', context);
}

async function bySetting(name: string, context: ToolContext): Promise<ResolvedTool | undefined> {
  const path = Object.hasOwn(context.settings, name) ? context.settings[name] : undefined;
  if (path === undefined || path === '') return undefined;
  const paths = pathsOf(context.platform);
  if (!paths.isAbsolute(path)) throw badSetting(name, path, 'is not an absolute path');
  const program = await findIn(paths.dirname(path), paths.basename(path), context);
  if (program === undefined) throw badSetting(name, path, 'is missing or not an executable file');
  return found(name, program, 'setting', context);
}

async function manager(wanted: string, context: ToolContext): Promise<ResolvedTool> {
  const { cwd, root, platform, fs } = context;
  const project = await projectManager(cwd, root, platform, fs);
  const name = project?.name ?? (isPackageManager(wanted) ? wanted : 'npm');
  const set = await bySetting(name, context);
  if (set !== undefined) return set;
  const program = await findOnPath(name, context);
  if (program !== undefined) return found(name, program, 'path', context);
  // Corepack knows neither bun nor, unasked, npm.
  const corepack = name === 'pnpm' || name === 'yarn' ? await findOnPath('corepack', context) : undefined;
  if (corepack === undefined) throw notFound(name, whyWanted(wanted, project), context);
  const { args, ...tool } = await found(name, corepack, 'corepack', context);
  return { ...tool, args: [...args, name] };
}

function whyWanted(wanted: string, project: ProjectManager | undefined): string | undefined {
  return project === undefined || project.name === wanted
    ? undefined
    : `The project uses it, as its ${project.saidBy} says.`;
}

async function other(name: string, context: ToolContext): Promise<ResolvedTool> {
  const paths = pathsOf(context.platform);
  for (const folder of foldersUp(context.cwd, context.root, context.platform)) {
    const own = await findIn(paths.join(folder, 'node_modules', '.bin'), name, context);
    if (own !== undefined) return found(name, own, 'project', context);
  }
  const program = await findOnPath(name, context);
  if (program === undefined) throw notFound(name, undefined, context);
  return found(name, program, 'path', context);
}

async function found(
  name: string,
  program: string,
  source: ResolvedTool['source'],
  context: ToolContext,
): Promise<ResolvedTool> {
  const { fs, platform } = context;
  const realPath = await fs.realPath(program);
  const plain = { name, program, args: [], source, realPath, batch: false };
  if (platform !== 'win32' || !/\.(?:cmd|bat)$/i.test(program)) return plain;
  const script = scriptOfShim(program, (await fs.readText(program)) ?? '');
  const node = script !== undefined && (await fs.isFile(script)) ? await nodeFor(program, context) : undefined;
  return script === undefined || node === undefined
    ? { ...plain, batch: true }
    : { ...plain, program: node, args: [script], realPath: await fs.realPath(script) };
}

/** As the shims do it: the Node.js beside them, else that of the PATH. */
async function nodeFor(shim: string, context: ToolContext): Promise<string | undefined> {
  const paths = pathsOf(context.platform);
  const beside = paths.join(paths.dirname(shim), 'node.exe');
  if (await context.fs.isProgram(beside)) return beside;
  const onPath = await findOnPath('node', context);
  return onPath !== undefined && /\.exe$/i.test(onPath) ? onPath : undefined;
}
