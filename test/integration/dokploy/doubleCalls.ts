import { vi } from 'vitest';
import type { DokployDouble } from '../../support/dokploy/double.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Calls without any of Devyard's own client. */
export class Calls {
  readonly double: DokployDouble;
  private readonly key: string;

  constructor(double: DokployDouble, key = double.key) {
    this.double = double;
    this.key = key;
  }

  async request(procedure: string, init: RequestInit = {}): Promise<Answer> {
    const headers = { 'x-api-key': this.key, ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(`${this.double.url}/api/${procedure}`, { ...init, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  get(procedure: string, input: Record<string, string> = {}): Promise<Answer> {
    const search = new URLSearchParams(input).toString();
    return this.request(search === '' ? procedure : `${procedure}?${search}`);
  }

  post(procedure: string, input: unknown, signal?: AbortSignal): Promise<Answer> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) };
    return this.request(procedure, signal === undefined ? init : { ...init, signal });
  }

  /** The JSON of a call that must work; undefined for an empty body. */
  async query<T>(procedure: string, input: Record<string, string> = {}): Promise<T> {
    return whole(await this.get(procedure, input)) as T;
  }

  async mutate<T>(procedure: string, input: unknown): Promise<T> {
    return whole(await this.post(procedure, input)) as T;
  }

  /** A new project's default environment. */
  async environment(): Promise<string> {
    const made = await this.mutate<{ environment: { environmentId: string } }>('project.create', { name: 'tests' });
    return made.environment.environmentId;
  }

  /** An application of an image that is there, not deployed. */
  async application(options: { readonly environmentId?: string; readonly image?: string } = {}): Promise<App> {
    const environmentId = options.environmentId ?? (await this.environment());
    const app = await this.mutate<App>('application.create', { name: 'app', appName: 'app', environmentId });
    await this.mutate('application.saveDockerProvider', {
      applicationId: app.applicationId,
      dockerImage: options.image ?? this.double.image,
      username: null,
      password: null,
      registryUrl: null,
    });
    return app;
  }

  async deployApplication({ applicationId }: App, title: string): Promise<void> {
    await this.mutate('application.deploy', { applicationId, title });
  }

  async status({ applicationId }: App): Promise<string> {
    const row = await this.query<{ applicationStatus: string }>('application.one', { applicationId });
    return row.applicationStatus;
  }

  /** Newest first. */
  async deployments({ applicationId }: App): Promise<Deployment[]> {
    return this.query('deployment.all', { applicationId });
  }

  tasks({ appName }: App): Promise<TaskView[]> {
    return this.query('docker.getServiceContainersByAppName', { appName });
  }

  /** Until the application says so. */
  becomes(app: App, status: string): Promise<void> {
    return vi.waitFor(async () => agree(await this.status(app), status), quickly);
  }

  /** Until the newest task is in that state. */
  reaches(app: App, state: string): Promise<void> {
    return vi.waitFor(async () => agree((await this.tasks(app))[0]?.currentState.split(' ')[0], state), quickly);
  }

  async deployed(title = 'first', options: Parameters<Calls['application']>[0] = {}): Promise<App> {
    const app = await this.application(options);
    await this.deployApplication(app, title);
    await this.becomes(app, 'done');
    return app;
  }
}

export const quickly = { interval: 3, timeout: 20_000 };

export interface App {
  readonly applicationId: string;
  readonly appName: string;
}
export interface Deployment {
  readonly deploymentId: string;
  readonly title: string;
  readonly status: string;
  readonly logPath: string;
  readonly errorMessage: string | null;
}
export interface TaskView {
  readonly state: string;
  readonly currentState: string;
  readonly node: string;
  readonly error: string;
}

function whole({ status, text }: Answer): unknown {
  if (status !== 200) throw new Error(`answered ${String(status)}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

function agree(found: string | undefined, wanted: string): void {
  if (found !== wanted) throw new Error(`is ${found ?? 'nothing'}, not ${wanted}`);
}
