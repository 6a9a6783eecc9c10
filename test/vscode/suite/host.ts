import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { DevyardExtension } from '../../../src/extension.ts';

export const extensionId = 'devyard.devyard';

/** How long a daemon or a code-server may take on a busy machine. */
const patienceMs = 30_000;

/** The extension's own parts, as its `activate` returned them. */
export async function devyard(): Promise<DevyardExtension> {
  const extension = vscode.extensions.getExtension<DevyardExtension>(extensionId);
  assert.ok(extension, `${extensionId} is not installed`);
  return await extension.activate();
}

/** Resolves as soon as `holds` does, looking at every event of the session; rejects after a while, saying what was awaited. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const { session } = await devyard();
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (!holds()) return;
      clearTimeout(timer);
      for (const end of subscriptions) end();
      resolve();
    };
    const subscriptions = [session.on('state', look), session.on('change', look), onEditors(look)];
    const timer = setTimeout(() => {
      for (const end of subscriptions) end();
      const servers = [...session.snapshot.codeServers.values()].map(({ state }) => state);
      const projects = [...session.snapshot.devServers.values()];
      reject(
        new Error(
          `${what} did not happen within ${String(patienceMs)} ms; ${JSON.stringify([session.state.status, ...servers, ...projects])}`,
        ),
      );
    }, patienceMs);
    look();
  });
}

/** Editors are told after those who listened before, so that these have drawn their consequences. */
function onEditors(look: () => void): () => void {
  const subscription = vscode.window.onDidChangeVisibleTextEditors(() => setImmediate(look));
  return () => subscription.dispose();
}
