import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { completeYaml } from './completion.ts';
import { type CheckConnection, diagnoseYaml } from './diagnostics.ts';
import type { ConfigProblem } from './documentChecks.ts';
import type { JsonSchema } from './jsonSchema.ts';

/** A kind of file that people write for Devyard. */
export interface ConfigFileKind {
  /** Glob of its files. */
  readonly pattern: string;
  /** Absolute path of its JSON schema, the one that the manifest gives to other extensions. */
  readonly schemaFile: string;
  /** Asks the daemon what is wrong in this text of the file at `path`. Rejects when it cannot answer. */
  readonly check: (text: string, path: string) => Promise<readonly ConfigProblem[]>;
}

/** Help with writing such files: completion, hovers, and what is wrong in them. */
export function registerConfigFiles(kinds: readonly ConfigFileKind[], connection: CheckConnection): vscode.Disposable {
  return vscode.Disposable.from(
    ...kinds.flatMap(({ pattern, schemaFile, check }) => [
      completeYaml({ pattern }, readOnce(schemaFile)),
      diagnoseYaml(pattern, check, connection),
    ]),
  );
}

/** A schema is read by the first completion, not by every window that opens. */
function readOnce(file: string): () => Promise<JsonSchema> {
  let schema: Promise<JsonSchema> | undefined;
  return () => (schema ??= readFile(file, 'utf8').then((text) => JSON.parse(text) as JsonSchema));
}
