import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dashboardUrl, idOfService, slugOf, sshAliasOf } from '../../../../src/managers/dokploy/names.ts';

describe('names', () => {
  it('are such as hosts, volumes and services may have', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(slugOf(name)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(slugOf(name).length).toBeLessThanOrEqual(40);
      }),
    );
    expect(slugOf('API Box (1)')).toBe('api-box-1');
    expect(slugOf('…')).toBe('workspace');
  });

  it('make an alias that nobody has', () => {
    expect(sshAliasOf('api', new Set())).toBe('devyard-api');
    expect(sshAliasOf('api', new Set(['devyard-api', 'devyard-api-2']))).toBe('devyard-api-3');
  });

  it('give a service the same id for ever, and another one to each', () => {
    const one = idOfService('s', 'application', 'a');
    expect(one).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(idOfService('s', 'application', 'a')).toBe(one);
    expect(idOfService('s', 'compose', 'a')).not.toBe(one);
    expect(idOfService('sa', 'application', '')).not.toBe(idOfService('s', 'application', 'a'));
  });

  it('lead to the page in Dokploy, once there is one', () => {
    const place = { projectId: 'p', environmentId: 'e', kind: 'application', serviceId: 'a/b' } as const;
    expect(dashboardUrl('https://d.example.com', place)).toBe(
      'https://d.example.com/dashboard/project/p/environment/e/services/application/a%2Fb',
    );
    expect(dashboardUrl('https://d.example.com', { ...place, serviceId: null })).toBeNull();
  });
});
