import * as vscode from 'vscode';
import { type ContextValues, contextValues } from '../shared/contextKeys.ts';
import { isDokployChange } from '../shared/dokployState.ts';
import type { Session } from '../shared/session.ts';
import { concernsDevServers } from '../shared/snapshot.ts';

/** Keeps the keys for `when` clauses true, touching only those that differ. */
export function syncContext(session: Session, platform: string): vscode.Disposable {
  const told = new Map<string, unknown>();
  const update = (): void => {
    const values: ContextValues = contextValues(session.state, session.snapshot, platform);
    for (const [key, value] of Object.entries(values)) {
      if (told.get(key) === value) continue;
      told.set(key, value);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  };
  update();
  return vscode.Disposable.from(
    new vscode.Disposable(session.on('state', update)),
    new vscode.Disposable(
      session.on('change', (change) => {
        const { structure, changed, engine, jobs, dokploy } = change;
        const others = concernsDevServers(change) || isDokployChange(dokploy);
        const more = changed.length > 0 || jobs.length > 0 || others;
        if (structure || engine || more) update();
      }),
    ),
  );
}
