import * as vscode from 'vscode';
import type { CodeServer } from '../../api/contract/codeServers.ts';
import type { Session } from '../shared/session.ts';
import { linkedTooltip, treeItem } from '../shared/treeItem.ts';
import { isRunning, runningJobOf, type SnapshotChange, sorted } from '../shared/snapshot.ts';
import type { Presentation } from '../shared/presentation.ts';
import { present } from './presentation.ts';
import { Repaint } from './repaint.ts';
import { cpuSeries, memorySeries } from '../usage/chart.ts';
import { sparkline } from '../usage/sparkline.ts';
import { formatBytes, formatPercent } from '../shared/format.ts';
import { can } from './actions.ts';
import { linkedCommands, tooltipOf } from './tooltip.ts';

/** How often rows whose text or tooltip tells an age are painted anew while they are seen. */
const ageMs = 60_000;
/** How long a tooltip waits for its charts. */
const chartsWithinMs = 400;
/** A line of two points says nothing. */
const fewestSamples = 4;
/** The newest samples, which its charts show: some minutes. */
const chartSamples = 160;

/** The rows of the view *Code Servers*. An element is the id of a code-server, so it stays itself over every change. */
export class CodeServersTree implements vscode.TreeDataProvider<string>, vscode.Disposable {
  readonly #session: Session;
  readonly #repaints = new vscode.EventEmitter<string | undefined>();
  readonly #repaint: Repaint;
  /** What each row said when it was last painted. */
  readonly #painted = new Map<string, string>();
  readonly #unsubscribe: readonly (() => void)[];
  #aging: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.#repaints.event;

  constructor(session: Session) {
    this.#session = session;
    this.#repaint = new Repaint((id) => this.#repaints.fire(id));
    this.#unsubscribe = [session.on('change', (change) => this.#onChange(change))];
  }

  setVisible(visible: boolean): void {
    this.#repaint.setVisible(visible);
    clearInterval(this.#aging);
    this.#aging = visible ? setInterval(() => this.#age(), ageMs) : undefined;
  }

  getChildren(element?: string): string[] {
    return element === undefined ? sorted(this.#session.snapshot).map((codeServer) => codeServer.id) : [];
  }

  getTreeItem(id: string): vscode.TreeItem {
    const codeServer = this.#session.snapshot.codeServers.get(id);
    if (codeServer === undefined) return treeItem(id, undefined);
    const presentation = this.#present(codeServer);
    this.#painted.set(id, presentation.description);
    return treeItem(id, presentation);
  }

  /** Called when the mouse rests on a row: the tooltip is only made then. */
  async resolveTreeItem(item: vscode.TreeItem, id: string): Promise<vscode.TreeItem> {
    const codeServer = this.#session.snapshot.codeServers.get(id);
    if (codeServer === undefined) return item;
    const charts = can('open', codeServer.state.status) ? await this.#charts(id) : undefined;
    const job = runningJobOf(this.#session.snapshot, id);
    const text = tooltipOf(codeServer, Date.now(), vscode.l10n, { job, charts });
    item.tooltip = linkedTooltip(text, linkedCommands);
    return item;
  }

  /** Undefined where there is nothing to draw, or the daemon takes its time: a tooltip must not wait. */
  async #charts(id: string): Promise<{ cpu: string; memory: string } | undefined> {
    try {
      const signal = AbortSignal.timeout(chartsWithinMs);
      const answer = await this.#session.connection?.client.call('codeServers.metrics', { params: { id } }, { signal });
      const samples = answer?.samples.slice(-chartSamples) ?? [];
      if (samples.length < fewestSamples) return undefined;
      // An image knows nothing of the theme: these can be read on dark and on light.
      return {
        cpu: sparkline(cpuSeries(samples, formatPercent), '#3b8eea'),
        memory: sparkline(memorySeries(samples, formatBytes), '#3fa64a'),
      };
    } catch {
      return undefined;
    }
  }

  getParent(): undefined {
    return undefined;
  }

  dispose(): void {
    clearInterval(this.#aging);
    for (const end of this.#unsubscribe) end();
    this.#repaint.dispose();
    this.#repaints.dispose();
  }

  #present(codeServer: CodeServer): Presentation {
    return present(codeServer, Date.now(), vscode.l10n, runningJobOf(this.#session.snapshot, codeServer.id));
  }

  #onChange({ structure, changed, removed, metrics, jobs }: SnapshotChange): void {
    for (const id of removed) {
      this.#repaint.forget(id);
      this.#painted.delete(id);
    }
    if (structure) this.#repaint.all();
    else for (const id of changed) this.#repaint.row(id);
    // A repaint closes an open tooltip, so what would look the same is left alone.
    for (const id of metrics) if (this.#looksDifferent(id)) this.#repaint.metrics(id);
    for (const job of jobs) {
      if (!this.#looksDifferent(job.resourceId)) continue;
      if (isRunning(job)) this.#repaint.metrics(job.resourceId);
      else this.#repaint.row(job.resourceId);
    }
  }

  #looksDifferent(id: string): boolean {
    const codeServer = this.#session.snapshot.codeServers.get(id);
    return codeServer !== undefined && this.#present(codeServer).description !== this.#painted.get(id);
  }

  #age(): void {
    for (const { id, state } of this.#session.snapshot.codeServers.values()) {
      if (state.status === 'failed' || state.status === 'running') this.#repaint.row(id);
    }
  }
}
