import { relative, isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import type { DevServer } from '../../../api/contract/devServers.ts';
import type { Session } from '../../shared/session.ts';
import { reasonOf } from '../../shared/sessionState.ts';
import { runTask, type TaskWork } from './taskRun.ts';
import type { ProjectStarter } from './startProject.ts';

export const taskType = 'devyard';
/** Watches for the lines that tell how a project stands, so that a launch configuration can wait for a task. */
const matcher = '$devyard';
/**
 * A reload of the window closes the terminals of its tasks, too, and must stop nothing: within this time the extension has
 * ended then. Milliseconds.
 */
const closeGraceMs = 1500;

/** Tasks *start NAME* and *rebuild NAME/BUILD* for the projects in this window's folders, and those that tasks.json names. */
export function provideTasks(session: Session, starter: ProjectStarter): vscode.Disposable {
  const stops = new Set<NodeJS.Timeout>();
  const runner = (work: TaskWork, folder: vscode.WorkspaceFolder | undefined): vscode.Pseudoterminal =>
    taskTerminal(session, starter, work, folder, stops);
  const registered = vscode.tasks.registerTaskProvider(taskType, {
    // Who lists tasks starts no daemon by that: without one there is no project, either.
    provideTasks: () =>
      [...session.snapshot.devServers.values()].flatMap((devServer) => {
        const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(devServer.devPath));
        return folder === undefined
          ? []
          : worksOf(devServer).map((work) => taskOf({ type: taskType, ...work }, work, folder, runner));
      }),
    resolveTask: ({ definition, scope }) => {
      const work = workOf(definition);
      if (work === undefined) return undefined;
      return taskOf(
        definition,
        work,
        typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0],
        runner,
      );
    },
  });
  return vscode.Disposable.from(
    registered,
    new vscode.Disposable(() => {
      for (const timer of stops) clearTimeout(timer);
    }),
  );
}

function worksOf({ pluginID, builds }: DevServer): readonly TaskWork[] {
  const rebuilds = builds.map(({ name }): TaskWork => ({ project: pluginID, action: 'rebuild', build: name }));
  return [
    { project: pluginID, action: 'start' },
    ...(builds.length > 0 ? [{ project: pluginID, action: 'rebuild' } as const] : []),
    ...(builds.length > 1 ? rebuilds : []),
  ];
}

/** Undefined for a definition that tasks.json has wrong; the editor underlines it by the manifest's schema. */
export function workOf({ project, action, build }: vscode.TaskDefinition): TaskWork | undefined {
  if (typeof project !== 'string' || (action !== 'start' && action !== 'rebuild')) return undefined;
  return { project, action, ...(typeof build === 'string' ? { build } : {}) };
}

function taskOf(
  definition: vscode.TaskDefinition,
  work: TaskWork,
  folder: vscode.WorkspaceFolder | undefined,
  run: (work: TaskWork, folder: vscode.WorkspaceFolder | undefined) => vscode.Pseudoterminal,
): vscode.Task {
  const { project, action, build } = work;
  const task = new vscode.Task(
    definition,
    folder ?? vscode.TaskScope.Workspace,
    `${action} ${build === undefined ? project : `${project}/${build}`}`,
    taskType,
    new vscode.CustomExecution(() => Promise.resolve(run(work, folder))),
    [matcher],
  );
  task.isBackground = action === 'start';
  if (action === 'rebuild') task.group = vscode.TaskGroup.Build;
  task.presentationOptions = { panel: vscode.TaskPanelKind.Dedicated, reveal: vscode.TaskRevealKind.Always };
  return task;
}

function taskTerminal(
  session: Session,
  starter: ProjectStarter,
  work: TaskWork,
  folder: vscode.WorkspaceFolder | undefined,
  stops: Set<NodeJS.Timeout>,
): vscode.Pseudoterminal {
  const written = new vscode.EventEmitter<string>();
  const ended = new vscode.EventEmitter<number>();
  const watching = new AbortController();
  let startedId: string | undefined;
  const run = async (): Promise<number> => {
    const { client } = await session.connect();
    const devServer = await projectFor(session, work.project, folder);
    const start = async (): Promise<DevServer | undefined> => {
      const started = await starter.start(devServer);
      startedId = started?.id;
      return started;
    };
    const ports = { client, source: session, start, write: (text: string) => written.fire(text) };
    return await runTask(devServer, work, ports, watching.signal);
  };
  return {
    onDidWrite: written.event,
    onDidClose: ended.event,
    open: () => {
      run()
        .catch((error: unknown) => {
          written.fire(`devyard: ${reasonOf(error).message}\r\n`);
          return 1;
        })
        .then(
          (code) => {
            startedId = undefined;
            ended.fire(code);
          },
          () => undefined,
        );
    },
    // *Terminate Task*, or a closed tab: what the task has started ends with it.
    close: () => {
      const id = startedId;
      watching.abort();
      if (id === undefined) return;
      const timer = setTimeout(() => {
        stops.delete(timer);
        void vscode.commands.executeCommand('devyard.devServer.stop', id);
      }, closeGraceMs);
      stops.add(timer);
    },
  };
}

/** The project that a task names: one in its folder goes before others of that name. */
async function projectFor(
  session: Session,
  name: string,
  folder: vscode.WorkspaceFolder | undefined,
): Promise<DevServer> {
  const find = (all: Iterable<DevServer>): DevServer | undefined => {
    const named = [...all].filter(({ pluginID }) => pluginID === name);
    const here = folder === undefined ? undefined : named.find(({ devPath }) => isWithin(folder.uri.fsPath, devPath));
    return here ?? (named.length === 1 ? named[0] : undefined);
  };
  const known = find(session.snapshot.devServers.values());
  if (known !== undefined || folder === undefined) return known ?? unknown(name);
  const { client } = await session.connect();
  return find(await client.call('devServers.add', { body: { path: folder.uri.fsPath } })) ?? unknown(name);
}

function unknown(name: string): never {
  throw Object.assign(new Error(vscode.l10n.t('There is no project “{0}” in this window.', name)), {
    code: 'not-found',
  });
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
