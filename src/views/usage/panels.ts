import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { Session } from '../shared/session.ts';
import type { Sample } from './chart.ts';
import { drawingOf } from './drawing.ts';
import { usagePage } from './page.ts';

/** As many as the daemon keeps. */
const keptSamples = 900;

interface Panel {
  readonly view: vscode.WebviewPanel;
  readonly dispose: () => void;
}

/** Editor tabs with CPU and memory over time, one a code-server at most. One that is not looked at does nothing. */
export class UsagePanels implements vscode.Disposable {
  readonly #session: Session;
  readonly #panels = new Map<string, Panel>();

  constructor(session: Session) {
    this.#session = session;
  }

  show(codeServer: CodeServer): void {
    const open = this.#panels.get(codeServer.id);
    if (open === undefined) this.#panels.set(codeServer.id, this.#open(codeServer));
    else open.view.reveal();
  }

  dispose(): void {
    for (const { dispose } of this.#panels.values()) dispose();
  }

  #open({ id, name }: CodeServer): Panel {
    const title = vscode.l10n.t('Usage of {0}', name);
    const view = vscode.window.createWebviewPanel('devyard.usage', title, vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [],
    });
    view.webview.html = usagePage(title, randomBytes(16).toString('base64'), vscode.env.language);
    let samples: readonly Sample[] = [];
    const draw = (): void => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A webview's, not a window's.
      if (view.visible) void view.webview.postMessage(drawingOf(samples, vscode.l10n));
    };
    // A hidden page is gone; when it is back it says so, and everything is read anew.
    const load = async (): Promise<void> => {
      const { client } = await this.#session.connect();
      ({ samples } = await client.call('codeServers.metrics', { params: { id } }));
      draw();
    };
    const reload = (): void => void load().catch(draw);
    view.webview.onDidReceiveMessage(reload);
    const subscriptions = [
      this.#session.on('state', ({ status }) => {
        if (status === 'connected' && view.visible) reload();
      }),
      this.#session.on('change', ({ metrics, removed }) => {
        const newest = this.#session.snapshot.codeServers.get(id)?.metrics;
        if (removed.includes(id) && this.#session.state.status === 'connected') view.dispose();
        if (!view.visible || !metrics.includes(id) || newest === undefined || newest === null) return;
        const { sampledAt: at, cpuPercent, memoryBytes } = newest;
        samples = [...samples, { at, cpuPercent, memoryBytes }].slice(-keptSamples);
        draw();
      }),
    ];
    view.onDidDispose(() => {
      this.#panels.delete(id);
      for (const end of subscriptions) end();
    });
    return { view, dispose: () => view.dispose() };
  }
}
