import { type Found, numberOf, severityOf } from './grammar.ts';

/**
 * How esbuild's API words a failure in the message of its exception, which is all there is when a build script or Vite (before
 * version 8) prints it: `file:line:column: ERROR: [plugin: name] text`. esbuild's columns are from 0, in bytes.
 */
const placed = /^(\S.*?):(\d+):(\d+): (ERROR|WARNING|error|warning): (.+)$/;
const fromPlugin = /^\[plugin: ([^\]]+)\] (.*)$/;

export const summaryHead = /^(?:Error: |\[[^\]]+\] )?(?:Build|Transform) failed with \d+ errors?:$/;

export function summarised(line: string): Found | undefined {
  const [, file, lineNumber, column, severity = '', text = ''] = placed.exec(line) ?? [];
  if (file === undefined) return undefined;
  return {
    file,
    line: numberOf(lineNumber),
    column: numberOf(column) + 1,
    message: pluginFirst(text.trim()),
    severity: severityOf(severity),
  };
}

/** The same words as in esbuild's own report, so that what is told both ways is told once. */
export function pluginFirst(text: string): string {
  const [, plugin, rest = ''] = fromPlugin.exec(text) ?? [];
  return plugin === undefined ? text : `[plugin ${plugin}] ${rest}`;
}
