/** How often it is said again what is on screen: the daemon forgets it after thirty seconds. */
const repeatMs = 15_000;
/** Rows come on screen one after the other: what they make known is said once. */
const settleMs = 100;

export interface RowsOnScreen {
  readonly servers: readonly string[];
  readonly workspaces: readonly string[];
}

interface LookPorts {
  readonly rows: () => RowsOnScreen;
  /** Tells the daemon. What becomes of it does not matter: it is said again soon. */
  readonly tell: (rows: RowsOnScreen) => void;
}

/** Says what somebody looks at, while somebody looks: the daemon asks the servers for nothing else. */
export class Look {
  readonly #ports: LookPorts;
  #repeat: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  #said = '';

  constructor(ports: LookPorts) {
    this.#ports = ports;
  }

  setVisible(visible: boolean): void {
    if (visible === (this.#repeat !== undefined)) return;
    if (visible) {
      this.#repeat = setInterval(() => this.#say(), repeatMs);
      this.#say();
    } else {
      this.dispose();
      this.#ports.tell({ servers: [], workspaces: [] });
    }
  }

  /** Other rows may be on screen now. */
  changed(): void {
    if (this.#repeat === undefined) return;
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      if (JSON.stringify(this.#ports.rows()) !== this.#said) this.#say();
    }, settleMs);
  }

  /** Another daemon may have taken the place of the one that was told. */
  again(): void {
    if (this.#repeat !== undefined) this.#say();
  }

  dispose(): void {
    clearInterval(this.#repeat);
    clearTimeout(this.#settling);
    this.#repeat = undefined;
    this.#settling = undefined;
  }

  #say(): void {
    const rows = this.#ports.rows();
    this.#said = JSON.stringify(rows);
    this.#ports.tell(rows);
  }
}
