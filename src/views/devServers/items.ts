import type { DevBuild, DevProcess, DevServer } from '../../api/contract/devServers.ts';

/**
 * What a row of the view *Dev Servers* stands for. Rows, links and menus pass its id around, which is a string, so that a
 * row stays itself over every change: `<project>` or `<project>/process/<name>` or `<project>/build/<name>`.
 */
export interface DevItem {
  /** Id of the project. */
  readonly id: string;
  /** Undefined for the project itself. */
  readonly part: { readonly kind: 'process' | 'build'; readonly name: string } | undefined;
}

/** Undefined for what is no row's id: arguments of commands come from anywhere. */
export function devItemOf(argument: unknown): DevItem | undefined {
  if (typeof argument !== 'string' || argument === '') return undefined;
  const [, id = argument, kind, name] = /^([^/]+)\/(process|build)\/(.+)$/s.exec(argument) ?? [];
  if (name === undefined) return { id: argument, part: undefined };
  return { id, part: { kind: kind === 'build' ? 'build' : 'process', name } };
}

export function processItemId(id: string, name: string): string {
  return `${id}/process/${name}`;
}

export function buildItemId(id: string, name: string): string {
  return `${id}/build/${name}`;
}

/** Ids of the rows below a project, in the order in which its manifest names them: what runs, then what is built. */
export function partIds({ id, processes, builds }: DevServer): readonly string[] {
  return [...processes.map(({ name }) => processItemId(id, name)), ...builds.map(({ name }) => buildItemId(id, name))];
}

/** The process or build a row stands for, if the project still has it. */
export function partOf(
  devServer: DevServer,
  part: NonNullable<DevItem['part']>,
):
  | { readonly kind: 'process'; readonly process: DevProcess }
  | { readonly kind: 'build'; readonly build: DevBuild }
  | undefined {
  if (part.kind === 'process') {
    const process = devServer.processes.find(({ name }) => name === part.name);
    return process && { kind: 'process', process };
  }
  const build = devServer.builds.find(({ name }) => name === part.name);
  return build && { kind: 'build', build };
}
