import type { ExternalInfo } from '../../../src/managers/devServers/external/parse.ts';
import type { DevServer, StartOptions } from '../../../src/managers/devServers/model.ts';
import type {
  DevServers,
  Proposal,
  Rebuilt,
  TerminalInput,
  TerminalStream,
} from '../../../src/managers/devServers/ports.ts';
import { DevyardError } from '../../../src/managers/shared/errors.ts';
import type { ResourceLog } from '../../../src/managers/shared/logs/types.ts';
import { FakeLog } from './fakes.ts';

/** One project that remembers what was asked of it. */
export class FakeDevServers implements DevServers {
  readonly calls: unknown[] = [];
  readonly logOfAll = new FakeLog();
  devServer: DevServer = {
    id: '0198c0de-0000-7000-8000-000000000001',
    pluginID: 'demo',
    mode: 'idle',
    devPath: '/p/demo',
    status: 'idle',
    stopping: false,
    manifest: '/p/demo/devyard.yaml',
    preset: null,
    trusted: false,
    manifestHash: 'abc',
    manifestChanged: false,
    keepRunning: false,
    processes: [],
    builds: [],
    external: null,
    createdAt: 1,
    hostId: 'host-1',
  };

  list(): readonly DevServer[] {
    return [this.devServer];
  }

  get(id: string): DevServer {
    if (id === this.devServer.id || id === this.devServer.pluginID) return this.devServer;
    throw new DevyardError('not-found', `There is no dev server ${id}.`, { field: 'id' });
  }

  async add(path: string, grantor?: 'person'): Promise<readonly DevServer[]> {
    this.calls.push(['add', path, grantor]);
    return this.list();
  }

  async remove(id: string): Promise<DevServer> {
    this.calls.push(['remove', id]);
    return this.get(id);
  }

  async trust(id: string, hash: string): Promise<DevServer> {
    this.calls.push(['trust', id, hash]);
    return this.get(id);
  }

  async start(id: string, options: StartOptions): Promise<DevServer> {
    this.calls.push(['start', id, options]);
    return this.get(id);
  }

  async stop(id: string): Promise<DevServer> {
    this.calls.push(['stop', id]);
    return this.get(id);
  }

  async restart(id: string, options: StartOptions): Promise<DevServer> {
    this.calls.push(['restart', id, options]);
    return this.get(id);
  }

  async rebuild(id: string, build?: string): Promise<Rebuilt> {
    this.calls.push(['rebuild', id, build]);
    return {
      success: false,
      builds: [{ name: 'backend', success: false, error: 'exit code 1' }],
      devServer: this.get(id),
    };
  }

  async log(id: string): Promise<ResourceLog> {
    this.get(id);
    return this.logOfAll;
  }

  external(): ExternalInfo | null {
    return null;
  }

  async openTerminal(): Promise<TerminalStream> {
    return {
      output: (async function* output() {
        yield Buffer.from('$ ');
      })(),
      close: () => undefined,
    };
  }

  async type(id: string, process: string, input: TerminalInput): Promise<void> {
    this.calls.push(['type', id, process, input]);
  }

  async propose(): Promise<readonly Proposal[]> {
    return [];
  }

  async check(): Promise<readonly []> {
    return [];
  }
}
