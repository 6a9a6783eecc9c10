import { createHttp } from '../http/http.ts';
import { createDokployApi } from '../managers/dokploy/api/client.ts';
import type { Clock } from '../managers/shared/clock.ts';
import type { OpenServer } from './call.ts';
import type { ConnectionOptions } from './connectionOptions.ts';

/** Connections are kept while this process lives. */
export function openServer({ url, apiKey, certificate }: ConnectionOptions, clock: Clock): OpenServer {
  const http = createHttp({ certificate });
  const api = createDokployApi({ http, clock, random: Math.random, url, apiKey });
  return {
    api,
    close() {
      api.close();
      http.close();
    },
  };
}
