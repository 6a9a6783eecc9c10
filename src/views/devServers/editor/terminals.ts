import * as vscode from 'vscode';
import type { DevProcess, DevServer } from '../../../api/contract/devServers.ts';
import type { Session } from '../../shared/session.ts';
import { whenConnected } from '../../shared/whenConnected.ts';
import { isAlive } from '../actions.ts';
import { onDevServers } from './source.ts';
import { TtyLink } from './ttyLink.ts';

interface Tab {
  readonly terminal: vscode.Terminal;
  readonly link: TtyLink;
}

interface Started {
  /** Processes whose tab was opened: who closed it does not get it again with the next change of the state. */
  readonly opened: Set<string>;
  seenUp: boolean;
}

/** The tabs of processes that have a terminal. A tab shows and types; the process does not need it. */
export class DevServerTerminals implements vscode.Disposable {
  readonly #session: Session;
  readonly #tabs = new Map<string, Tab>();
  /** Projects that were started from this window, until they stop: the terminals they ask for open by themselves. */
  readonly #startedHere = new Map<string, Started>();
  readonly #subscriptions: (() => void)[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  /** Shows the terminal of a process, opening its tab when there is none. */
  show(devServer: DevServer, { name }: DevProcess, preserveFocus: boolean): void {
    this.#tabOf(devServer, name).terminal.show(preserveFocus);
  }

  /** A person starts the project from this window. */
  startedHere(id: string): void {
    this.#listen();
    this.#startedHere.set(id, { opened: new Set(), seenUp: false });
    this.#openWanted(id);
  }

  dispose(): void {
    for (const end of this.#subscriptions) end();
    for (const { terminal, link } of this.#tabs.values()) {
      link.close();
      terminal.dispose();
    }
    this.#tabs.clear();
  }

  #tabOf(devServer: DevServer, process: string): Tab {
    const key = JSON.stringify([devServer.id, process]);
    const known = this.#tabs.get(key);
    if (known !== undefined) return known;
    this.#listen();
    const { id, pluginID } = devServer;
    const written = new vscode.EventEmitter<string>();
    const link = new TtyLink({
      read: async (signal) => (await whenConnected(this.#session, signal)).client.terminal(id, process, signal),
      send: async (body) =>
        (await this.#session.connect()).client.call('devServers.type', { params: { id, process }, body }),
      write: (text) => written.fire(text),
      process: () => this.#session.snapshot.devServers.get(id)?.processes.find(({ name }) => name === process),
      l10n: vscode.l10n,
    });
    const forget = (): void => {
      link.close();
      written.dispose();
      this.#tabs.delete(key);
    };
    const pty: vscode.Pseudoterminal = {
      onDidWrite: written.event,
      open: (size) => void link.open(size),
      close: forget,
      handleInput: (text) => link.type(text),
      setDimensions: (size) => link.resize(size),
    };
    const terminal = vscode.window.createTerminal({
      name: `${pluginID}: ${process}`,
      pty,
      iconPath: new vscode.ThemeIcon('server-process'),
      isTransient: true,
    });
    const tab = { terminal, link };
    this.#tabs.set(key, tab);
    return tab;
  }

  /** Nothing is listened to before there is a tab, or a project that may ask for one. */
  #listen(): void {
    if (this.#subscriptions.length > 0) return;
    this.#subscriptions.push(
      onDevServers(this.#session, (ids) => {
        for (const { link } of this.#tabs.values()) link.look();
        for (const id of ids) this.#openWanted(id);
      }),
      this.#session.on('state', ({ status }) => {
        if (status === 'connected') for (const { link } of this.#tabs.values()) link.look();
      }),
    );
  }

  #openWanted(id: string): void {
    const started = this.#startedHere.get(id);
    if (started === undefined) return;
    const devServer = this.#session.snapshot.devServers.get(id);
    const up = devServer !== undefined && isAlive(devServer);
    if (devServer === undefined || (started.seenUp && !up)) {
      this.#startedHere.delete(id);
      return;
    }
    started.seenUp = up;
    for (const process of devServer.processes) {
      const { status } = process.state;
      if (!process.tty || (status !== 'running' && status !== 'ready') || started.opened.has(process.name)) continue;
      started.opened.add(process.name);
      this.show(devServer, process, true);
    }
  }
}
