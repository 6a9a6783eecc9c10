import type { Caller } from './caller.ts';
import { fieldsOf, nothing } from './decode.ts';
import { createdShape } from './serviceShapes.ts';
import { gone, idOf } from './serviceRef.ts';
import type { DokployApi } from './types.ts';

/** What makes projects, services and what belongs to them, and takes it away again. */
export function makingCalls({
  read,
  change,
}: Caller): Pick<
  DokployApi,
  | 'createProject'
  | 'removeProject'
  | 'createEnvironment'
  | 'createApplication'
  | 'createCompose'
  | 'saveDockerProvider'
  | 'saveEnvironment'
  | 'updateApplication'
  | 'updateCompose'
  | 'createPort'
  | 'deletePort'
  | 'createVolume'
  | 'deleteMount'
> {
  const withoutNull = ({ serverId, ...rest }: { readonly serverId: string | null }): object =>
    serverId === null ? rest : { ...rest, serverId };
  return {
    createProject: (input, options) =>
      change(
        'project.create',
        input,
        (value) => {
          const answer = fieldsOf(value);
          return {
            projectId: answer.object('project', (project) => project.text('projectId')),
            environmentId: answer.object('environment', (environment) => environment.text('environmentId')),
          };
        },
        options,
      ),
    removeProject: (projectId, options) => change('project.remove', { projectId }, nothing, options),
    createEnvironment: (input, options) =>
      change(
        'environment.create',
        { ...input, description: '' },
        (value) => ({ environmentId: fieldsOf(value).text('environmentId') }),
        options,
      ),
    createApplication: (input, options) =>
      change('application.create', withoutNull(input), createdShape('application'), options),
    // Of both types of compose services, only this one may be privileged.
    createCompose: (input, options) =>
      change(
        'compose.create',
        { ...withoutNull(input), composeType: 'docker-compose' },
        createdShape('compose'),
        options,
      ),
    saveDockerProvider: (applicationId, input, options) =>
      change('application.saveDockerProvider', { applicationId, ...input }, nothing, {
        ...options,
        secrets: [input.password],
      }),
    async saveEnvironment(service, env, options) {
      if (service.kind === 'compose') {
        return change('compose.saveEnvironment', { ...idOf(service), env }, nothing, options);
      }
      // All of these are written at once; what an application that was adopted has there is not to be lost.
      const others = await read('application.one', idOf(service), buildSettingsOf, options);
      return change('application.saveEnvironment', { ...idOf(service), env, ...others }, nothing, options);
    },
    updateApplication: (applicationId, changes, options) =>
      change('application.update', { ...changes, applicationId }, nothing, options),
    updateCompose: (composeId, changes, options) =>
      change('compose.update', { ...changes, composeId }, nothing, options),
    createPort: (applicationId, port, options) =>
      change(
        'port.create',
        { applicationId, ...port },
        // Some versions answer `true`.
        (value) => ({ portId: typeof value === 'object' ? fieldsOf(value).textOrNull('portId') : null }),
        options,
      ),
    deletePort: (portId, options) => gone(change('port.delete', { portId }, nothing, options)),
    createVolume: (serviceId, { volumeName, mountPath }, options) =>
      change(
        'mounts.create',
        { type: 'volume', volumeName, mountPath, serviceId, serviceType: 'application' },
        nothing,
        options,
      ),
    deleteMount: (mountId, options) => gone(change('mounts.remove', { mountId }, nothing, options)),
  };
}

const buildSettingsOf = (value: unknown): object => {
  const row = fieldsOf(value);
  return {
    buildArgs: row.words('buildArgs'),
    buildSecrets: row.words('buildSecrets'),
    createEnvFile: row.flag('createEnvFile'),
  };
};
