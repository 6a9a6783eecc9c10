import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patchWorkspaceSchema } from '../../../../../src/api/contract/dokploy.ts';
import { changedSettings, patchBody, settingsOf } from '../../../../../src/views/dokploy/wizard/edit/changes.ts';
import type { SettingKey, Settings } from '../../../../../src/views/dokploy/wizard/settings/settings.ts';
import { workspace } from '../samples.ts';

const api = workspace('api', undefined, {
  registry: { url: 'registry.example.com', username: 'me' },
  cpus: 2,
  memoryMb: 4096,
  envNames: ['LANG', 'TOKEN'],
  volumes: [{ name: 'home', mountPath: '/home/dev' }],
  ports: [{ published: 8080, target: 80, protocol: 'tcp' }],
});

const others: { readonly [Key in SettingKey]: (settings: Settings) => Partial<Settings> } = {
  image: () => ({ image: 'ubuntu:24.04' }),
  registry: () => ({ registry: null }),
  resources: () => ({ memoryMb: null }),
  volumes: ({ volumes }) => ({ volumes: [...volumes, { role: 'own', name: undefined, mountPath: '/data' }] }),
  env: ({ env }) => ({ env: { ...env, TOKEN: 'new' } }),
  ports: () => ({ ports: [] }),
  idleStopMinutes: () => ({ idleStopMinutes: 30 }),
  forwardAgent: () => ({ forwardAgent: true }),
};
const fields: Readonly<Record<SettingKey, readonly string[]>> = {
  image: ['image'],
  registry: ['registry'],
  resources: ['cpus', 'memoryMb'],
  volumes: ['volumes'],
  env: ['env'],
  ports: ['ports'],
  idleStopMinutes: ['idleStopMinutes'],
  forwardAgent: ['forwardAgent'],
};

describe('changes of a workspace', () => {
  it('are sent and nothing else, in the form of the contract', () => {
    const keys = Object.keys(others) as SettingKey[];
    fc.assert(
      fc.property(fc.subarray(keys), (chosen) => {
        const before = settingsOf(api);
        const now = Object.assign(settingsOf(api), ...chosen.map((key) => others[key](before))) as Settings;
        const changed = changedSettings(before, now);
        expect([...changed].sort()).toEqual([...chosen].sort());
        const body = patchBody(now, changed, 'devyard-api-1a2b3c4d');
        expect(Object.keys(body).sort()).toEqual(chosen.flatMap((key) => fields[key]).sort());
        expect(patchWorkspaceSchema.safeParse(body).error).toBeUndefined();
      }),
    );
  });

  it('keep the values of variables that nobody changed, and drop those that were removed', () => {
    const now = settingsOf(api);
    now.env = { LANG: null, NEW: 'x' };
    const changed = changedSettings(settingsOf(api), now);
    expect(patchBody(now, changed, '')).toEqual({ env: { LANG: null, NEW: 'x' } });
  });

  it('keep the volumes that are there under their names', () => {
    const now = settingsOf(api);
    now.volumes = [...now.volumes, { role: 'own', name: undefined, mountPath: '/data' }];
    expect(patchBody(now, ['volumes'], 'devyard-api-1a2b3c4d')).toEqual({
      volumes: [
        { name: 'home', mountPath: '/home/dev' },
        { name: 'devyard-api-1a2b3c4d-data', mountPath: '/data' },
      ],
    });
  });

  it('are none when a variable is set in another order', () => {
    const now = settingsOf(api);
    now.env = { TOKEN: null, LANG: null };
    expect(changedSettings(settingsOf(api), now)).toEqual([]);
  });
});
