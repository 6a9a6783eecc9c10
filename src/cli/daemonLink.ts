import { setTimeout as delay } from 'node:timers/promises';
import type { DevyardClient } from '../api/client/client.ts';
import { connect, ensureDaemon, type LaunchOptions } from '../api/client/launch.ts';
import { ApiError } from '../api/client/transport.ts';

/** How long a daemon that ended in good order is given to be followed by a newer one. */
const successorMs = 5000;
const retryMs = 100;

/** The daemon of a data directory, which may be another process after a while. */
export class DaemonLink {
  readonly #surroundings: LaunchOptions;
  #client: DevyardClient;

  private constructor(surroundings: LaunchOptions, client: DevyardClient) {
    this.#surroundings = surroundings;
    this.#client = client;
  }

  /** Starts the daemon when there is none. Throws ApiError. */
  static async open(surroundings: LaunchOptions): Promise<DaemonLink> {
    return new DaemonLink(surroundings, (await ensureDaemon(surroundings)).client);
  }

  get address(): DevyardClient['address'] {
    return this.#client.address;
  }

  readonly call: DevyardClient['call'] = (id, input, options) => this.#client.call(id, input, options);
  readonly events: DevyardClient['events'] = (after, signal) => this.#client.events(after, signal);
  readonly logs: DevyardClient['logs'] = (id, after, signal) => this.#client.logs(id, after, signal);
  readonly devServerLogs: DevyardClient['devServerLogs'] = (id, after, signal) =>
    this.#client.devServerLogs(id, after, signal);
  readonly exec: DevyardClient['exec'] = (id, command, options) => this.#client.exec(id, command, options);
  readonly workspaceLog: DevyardClient['workspaceLog'] = (id, source, tail, signal) =>
    this.#client.workspaceLog(id, source, tail, signal);
  readonly logText: DevyardClient['logText'] = (id, signal) => this.#client.logText(id, signal);

  /**
   * Goes on with the next daemon. One that was killed is started anew; one that ended in good order was ended by
   * somebody, so that only a successor is waited for. Throws ApiError `unavailable` when none comes.
   */
  async reopen({ killed }: { readonly killed: boolean }): Promise<void> {
    this.#client.close();
    if (killed) {
      this.#client = (await ensureDaemon(this.#surroundings)).client;
      return;
    }
    const deadline = performance.now() + successorMs;
    while (performance.now() < deadline) {
      const connection = await connect(this.#surroundings.dataDir).catch(() => undefined);
      if (connection !== undefined) {
        this.#client = connection.client;
        return;
      }
      await delay(retryMs);
    }
    throw new ApiError({
      code: 'unavailable',
      status: 0,
      message: 'The daemon was ended. The work goes on when it is started again.',
      hint: 'Start it with any command, such as “devyard jobs”.',
    });
  }

  close(): void {
    this.#client.close();
  }
}
