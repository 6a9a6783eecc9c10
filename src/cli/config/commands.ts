import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ApiError } from '../../api/client/transport.ts';
import type { ConfigProblem } from '../../api/contract/config.ts';
import { daemonCommand } from '../command.ts';
import { print, printJson } from '../output.ts';
import { plain } from '../text.ts';

export const templatesCommand = daemonCommand({
  words: ['templates'],
  summary: 'templates of devbox.yaml',
  options: ['config', 'json'],
  async run(daemon, { options: { config, json } }) {
    const { templateTabs } = await daemon.call('config.get', { query: { file: config } });
    if (json) return printJson(templateTabs);
    for (const { name, items } of templateTabs) {
      print(plain(name));
      for (const item of items)
        print(`  ${[item.name, item.description, item.url].map(plain).filter(Boolean).join('  ')}`);
    }
    return templateTabs.length === 0 ? print('devbox.yaml has no templates.') : 0;
  },
});

export const groupsCommand = daemonCommand({
  words: ['groups'],
  summary: 'extension groups of devbox.yaml, or the built-in ones',
  options: ['config', 'json'],
  async run(daemon, { options: { config, json } }) {
    const { extensionGroups } = await daemon.call('config.get', { query: { file: config } });
    if (json) return printJson(extensionGroups);
    for (const { key, name, extensions } of extensionGroups) {
      print(`${plain(key)}  ${plain(name)}`);
      for (const extension of extensions) print(`  ${plain(extension)}`);
    }
    return 0;
  },
});

export const showConfigCommand = daemonCommand({
  words: ['config', 'show'],
  summary: 'what holds of devbox.yaml',
  options: ['config', 'json'],
  async run(daemon, { options: { config: file, json } }) {
    const config = await daemon.call('config.get', { query: { file } });
    if (json) return printJson(config);
    const { path, problems, portRange, extensionGroups, defaultExtensionGroups, templateTabs } = config;
    const templates = templateTabs.flatMap(({ items }) => items.map(({ name }) => name));
    const rows = [
      ['file', path ?? 'none; the defaults hold'],
      ['ports', `${String(portRange.start)} to ${String(portRange.end)}`],
      ['default port', String(config.defaultPort)],
      ['extension groups', extensionGroups.map(({ key }) => key).join(', ')],
      ['default groups', defaultExtensionGroups.join(', ')],
      ['default workspace', config.defaultWorkspaceType],
      ['largest upload', `${String(config.maxUploadSizeMb)} MB`],
      ['archive types', config.supportedArchiveTypes.join(', ')],
      ['refreshed every', `${String(config.autoRefreshIntervalMs)} ms`],
      ['advanced options', config.showAdvancedOptions ? 'shown' : 'hidden'],
      ['colours', config.darkMode ? 'dark' : "the editor's own"],
      ['templates', templates.join(', ')],
    ] as const;
    for (const [name, value] of rows) print(`${`${name}:`.padEnd(19)}${plain(value === '' ? 'none' : value)}`);
    if (problems.length > 0) print('The file is broken; what was read last holds:');
    for (const problem of problems) print(problemLine(path ?? 'devbox.yaml', problem));
    return 0;
  },
});

export const checkConfigCommand = daemonCommand({
  words: ['config', 'check'],
  operands: ['FILE'],
  summary: 'what is wrong in a devbox.yaml; exit code 1 when something is',
  options: ['json'],
  async run(daemon, { operands: [file], options }) {
    const text = await textOf(file);
    const { problems } = await daemon.call('config.check', { body: { text } });
    if (options.json) printJson(problems);
    else for (const problem of problems) print(problemLine(file, problem));
    if (problems.length > 0) return 1;
    return options.json ? 0 : print(`${file} is fine.`);
  },
});

/** As compilers write it, so that editors and scripts find the place. */
function problemLine(file: string, { line, column, message }: ConfigProblem): string {
  return `${file}:${String(line)}:${String(column)}: ${plain(message)}`;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(resolve(file), 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new ApiError({ code: 'not-found', status: 0, message: `There is no file ${file}.` });
    throw new ApiError({ code: 'unavailable', status: 1, message: `${file} cannot be read: ${message}`, cause: error });
  }
}
