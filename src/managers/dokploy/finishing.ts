import type { CallOptions, DokployApi } from './api/types.ts';

/**
 * The same server, asked by work that may be cancelled: a call that makes something, or sets something going, is heard to its
 * end. What comes of one that was broken off nobody would know, so nobody could take it away again. `end` breaks off all the
 * same, for a daemon whose successor looks for what was made.
 */
export function finishing(api: DokployApi, end: AbortSignal): DokployApi {
  const patient = (options: CallOptions = {}): CallOptions => ({ ...options, signal: end });
  return {
    ...api,
    createProject: (input, options) => api.createProject(input, patient(options)),
    createEnvironment: (input, options) => api.createEnvironment(input, patient(options)),
    createApplication: (input, options) => api.createApplication(input, patient(options)),
    createCompose: (input, options) => api.createCompose(input, patient(options)),
    deploy: (service, title, options) => api.deploy(service, title, patient(options)),
  };
}
