import type { ExtensionGroup } from './schema.ts';

/** What can be chosen where a devbox.yaml defines no groups of its own. The ids are those of Open VSX. */
export const builtInGroups: readonly ExtensionGroup[] = [
  {
    key: 'python',
    name: 'Python',
    description: 'Python with language server, debugger and formatter',
    extensions: ['ms-python.python', 'ms-python.debugpy', 'charliermarsh.ruff'],
    userSettings: {
      '[python]': { 'editor.defaultFormatter': 'charliermarsh.ruff', 'editor.formatOnSave': true },
      'python.terminal.activateEnvironment': true,
    },
  },
  {
    key: 'jupyter',
    name: 'Jupyter',
    description: 'Jupyter notebooks',
    extensions: ['ms-toolsai.jupyter'],
    userSettings: { 'jupyter.askForKernelRestart': false, 'notebook.lineNumbers': 'on' },
  },
  {
    key: 'databricks',
    name: 'Databricks',
    description: 'Databricks workspaces, clusters and jobs',
    extensions: ['databricks.databricks'],
    userSettings: { 'files.exclude': { '**/.databricks': true } },
  },
  {
    key: 'api-explorer',
    name: 'API explorer',
    description: 'Send HTTP requests from .http files and look at the answers',
    extensions: ['humao.rest-client'],
    userSettings: { 'rest-client.previewResponseInUntitledDocument': true },
  },
];
