import { afterEach } from 'vitest';
import { createHttp } from '../../../src/http/http.ts';
import { createDokployApi } from '../../../src/managers/dokploy/api/client.ts';
import { DokployFailure } from '../../../src/managers/dokploy/api/failure.ts';
import type { DokployApi } from '../../../src/managers/dokploy/api/types.ts';
import { systemClock } from '../../../src/managers/shared/clock.ts';
import { type DokployDouble, type DokployOptions, startDokploy } from '../../support/dokploy/double.ts';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

/** A double that ends with the test. Its services are rows only: what runs in them is other tests' matter. */
export async function openDouble(options: DokployOptions = {}): Promise<DokployDouble> {
  const double = await startDokploy({ machines: 'none', ...options });
  opened.push(() => double.stop());
  return double;
}

export interface ClientOptions {
  readonly key?: string;
  readonly certificate?: string | null;
}

/** A client that ends with the test. */
export function openClient(double: Pick<DokployDouble, 'url' | 'key'>, options: ClientOptions = {}): DokployApi {
  const http = createHttp({ certificate: options.certificate ?? null, proxy: '' });
  opened.push(() => http.close());
  const apiKey = options.key ?? double.key;
  return createDokployApi({ http, clock: systemClock, random: Math.random, url: double.url, apiKey });
}

export async function failureOf(call: Promise<unknown>): Promise<DokployFailure> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof DokployFailure)) throw new Error(`It was no failure of Dokploy: ${String(thrown)}`);
  return thrown;
}

/** An application with an image, not deployed. */
export async function makeApplication(
  api: DokployApi,
  image: string,
): Promise<{ readonly kind: 'application'; readonly id: string; readonly appName: string; readonly serverId: null }> {
  const { environmentId } = await api.createProject({ name: 'project', description: '' });
  const input = { name: 'app', appName: 'app', description: 'marker', environmentId, serverId: null };
  const { id, appName } = await api.createApplication(input);
  await api.saveDockerProvider(id, { dockerImage: image, username: '', password: '', registryUrl: '' });
  return { kind: 'application', id, appName, serverId: null };
}
