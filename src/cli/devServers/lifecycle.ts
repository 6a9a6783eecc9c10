import { resolve } from 'node:path';
import type { DaemonLink } from '../daemonLink.ts';
import { daemonCommand } from '../command.ts';
import { print, printJson } from '../output.ts';
import { findProject, showProject } from './find.ts';
import { problemText, projectLines } from './text.ts';

export const listProjectsCommand = daemonCommand({
  words: ['dev-server', 'list'],
  summary: 'all projects with dev servers',
  options: ['json'],
  async run(daemon, { options }) {
    const projects = await daemon.call('devServers.list', {});
    if (options.json) return printJson(projects);
    for (const line of projects.flatMap(projectLines)) print(line);
    return projects.length === 0 ? print('No dev servers yet. Add a project: devyard dev-server add DIR') : 0;
  },
});

export const addProjectCommand = daemonCommand({
  words: ['dev-server', 'add'],
  operands: ['DIR'],
  summary: 'add the projects of a folder: those of its devyard.yaml, or what a preset recognises',
  options: ['trust', 'json'],
  notes: ['Nothing of it runs before it is started, and nothing is started that is not trusted.'],
  async run(daemon, { operands: [dir], options }) {
    const { trust } = options;
    const projects = await daemon.call('devServers.add', { body: { path: resolve(dir), trust } });
    if (options.json) return printJson(projects);
    for (const line of projects.flatMap(projectLines)) print(line);
    return 0;
  },
});

export const trustProjectCommand = daemonCommand({
  words: ['dev-server', 'trust'],
  operands: ['ID|NAME'],
  summary: 'let run what its manifest says now',
  options: ['json'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id, manifestHash: hash } = await findProject(daemon, idOrName);
    return showProject(await daemon.call('devServers.trust', { params: { id }, body: { hash } }), options);
  },
});

interface StartOptions {
  readonly wait: boolean;
  readonly trust: boolean;
}

async function startBody(
  daemon: DaemonLink,
  idOrName: string,
  { wait, trust }: StartOptions,
): Promise<{ readonly params: { id: string }; readonly body: { wait: boolean; trust?: string } }> {
  const { id, manifestHash } = await findProject(daemon, idOrName);
  return { params: { id }, body: { wait, ...(trust ? { trust: manifestHash } : {}) } };
}

export const startProjectCommand = daemonCommand({
  words: ['dev-server', 'start'],
  operands: ['ID|NAME'],
  summary: 'start its builds and processes',
  options: ['wait', 'trust', 'json'],
  notes: ['What is started here stays up when the last editor window is closed.'],
  async run(daemon, { operands: [idOrName], options }) {
    const start = await startBody(daemon, idOrName, options);
    return showProject(await daemon.call('devServers.start', start), options);
  },
});

export const restartProjectCommand = daemonCommand({
  words: ['dev-server', 'restart'],
  operands: ['ID|NAME'],
  summary: 'stop it, then start it by what its manifest says now',
  options: ['wait', 'trust', 'json'],
  async run(daemon, { operands: [idOrName], options }) {
    const start = await startBody(daemon, idOrName, options);
    return showProject(await daemon.call('devServers.restart', start), options);
  },
});

export const stopProjectCommand = daemonCommand({
  words: ['dev-server', 'stop'],
  operands: ['ID|NAME'],
  summary: 'stop it; returns when its processes are gone',
  options: ['json'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id } = await findProject(daemon, idOrName);
    return showProject(await daemon.call('devServers.stop', { params: { id } }), options);
  },
});

export const rebuildProjectCommand = daemonCommand({
  words: ['dev-server', 'rebuild'],
  operands: ['ID|NAME', '[BUILD]'],
  summary: 'build now; exit code 1 when a build failed',
  options: ['json'],
  async run(daemon, { operands: [idOrName, build], options }) {
    const { id } = await findProject(daemon, idOrName);
    const result = await daemon.call('devServers.rebuild', { params: { id }, body: { build } });
    if (options.json) printJson(result);
    else {
      const { builds } = result.devServer;
      for (const { name, success, error } of result.builds) {
        print(`${name}: ${success ? 'built' : `failed: ${error ?? ''}`}`);
        for (const problem of builds.find((one) => one.name === name)?.problems ?? []) print(problemText(problem));
      }
    }
    return result.success ? 0 : 1;
  },
});

export const removeProjectCommand = daemonCommand({
  words: ['dev-server', 'remove'],
  operands: ['ID|NAME'],
  summary: 'stop and forget it; its files stay',
  options: ['json'],
  async run(daemon, { operands: [idOrName], options }) {
    const { id } = await findProject(daemon, idOrName);
    const removed = await daemon.call('devServers.delete', { params: { id } });
    return options.json ? printJson(removed) : print(`${removed.pluginID} is forgotten; ${removed.devPath} stays.`);
  },
});
