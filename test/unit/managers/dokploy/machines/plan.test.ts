import { describe, expect, it } from 'vitest';
import {
  checkPlan,
  fingerprintOf,
  hasMarker,
  descriptionOf,
  volumesOf,
} from '../../../../../src/managers/dokploy/machines/plan.ts';
import type { MachinePlan } from '../../../../../src/managers/dokploy/machines/types.ts';
import { planWith } from './plans.ts';

const registry = { url: 'registry.example.com', username: 'me', password: 'secret' };

describe('a plan', () => {
  it.each<[string, Partial<MachinePlan>]>([
    ['image', { image: 'two words' }],
    ['image', { image: '' }],
    ['user', { user: 'Robert; rm' }],
    ['publicKey', { publicKey: 'ssh-ed25519 AAAA\nssh-ed25519 BBBB' }],
    ['publicKey', { publicKey: '' }],
    ['sshPortRange', { sshPortRange: { from: 2250, to: 2222 } }],
    ['sshPortRange', { sshPortRange: { from: 0, to: 2222 } }],
    ['registry', { kind: 'compose', registry }],
    ['env.A B', { env: { 'A B': '1' } }],
  ])('is refused with the field %s', (field, changes) => {
    expect(() => checkPlan(planWith(changes))).toThrow(expect.objectContaining({ code: 'invalid', field }) as Error);
  });

  it('is taken otherwise', () => {
    expect(() => checkPlan(planWith({ registry, env: { A_1: '' } }))).not.toThrow();
  });

  it('is recognised by its whole marker', () => {
    const description = descriptionOf(planWith());
    expect(hasMarker(description, 'test:1')).toBe(true);
    expect(hasMarker(description, 'test:')).toBe(false);
    expect(hasMarker(descriptionOf({ marker: 'test:12' }), 'test:1')).toBe(false);
  });

  it('has a volume for the host keys, unless it names one itself or the image has sshd', () => {
    const own = { name: 'mine', mountPath: '/var/lib/devyard/ssh' };
    expect(volumesOf(planWith())).toHaveLength(1);
    expect(volumesOf(planWith({ volumes: [own] }))).toStrictEqual([own]);
    expect(volumesOf(planWith({ sshd: 'image' }))).toStrictEqual([]);
    expect(volumesOf(planWith({ marker: 'test:2' }))).not.toStrictEqual(volumesOf(planWith()));
  });

  it('has a fingerprint of everything that a deployment brings about, without a password', () => {
    const base = fingerprintOf(planWith(), 2222);
    expect(fingerprintOf(planWith(), 2222)).toBe(base);
    const others: Partial<MachinePlan>[] = [
      { image: 'debian:13' },
      { env: { A: '1' } },
      { cpus: 1 },
      { memoryMb: 64 },
      { volumes: [{ name: 'a', mountPath: '/a' }] },
      { ports: [{ published: 1, target: 1, protocol: 'tcp' }] },
      { user: 'root' },
      { publicKey: 'ssh-ed25519 BBBB' },
      { sshd: 'image' },
      { idleStopMinutes: 1 },
      { registry },
    ];
    const all = [base, fingerprintOf(planWith(), 2223), ...others.map((one) => fingerprintOf(planWith(one), 2222))];
    expect(new Set(all).size).toBe(all.length);
    expect(fingerprintOf(planWith({ registry: { ...registry, password: 'x' } }), 2222)).toBe(all.at(-1));
  });
});
