import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { leftoversOf, nothing } from './dokployLeftovers.ts';
import { outcomeOf, SharedYard } from './dokployShared.ts';

const shared = new SharedYard();

it('five workspaces that are made at once have five ports, none of them that of another SSH server', async () => {
  const yard = shared.current;
  const { from, to } = yard.sshPortRange;
  const decoy = createServer((socket) => socket.on('error', () => undefined).write('SSH-2.0-decoy\r\n'));
  decoy.listen(from, '127.0.0.1');
  await once(decoy, 'listening');
  try {
    const names = ['one', 'two', 'three', 'four', 'five'];
    const made = await Promise.all(names.map((name) => yard.create(name, { env: { NAME: name } })));
    const ports = made.map(({ endpoint }) => endpoint?.port ?? 0);
    expect(new Set(ports).size).toBe(5);
    for (const port of ports) {
      expect(port).toBeGreaterThan(from);
      expect(port).toBeLessThanOrEqual(to);
    }
    // Each is reached where it says that it is.
    expect(await Promise.all(made.map(({ id }) => yard.say(id, 'echo $NAME')))).toEqual(names);
    // And what Dokploy publishes is that port alone: no claim that was given up is left.
    for (const { serviceId, endpoint } of made) {
      const row = await yard.past('application.one', { applicationId: serviceId });
      expect(row).toMatchObject({ ports: [{ publishedPort: endpoint?.port, targetPort: 22 }] });
    }
    for (const job of await Promise.all(made.map(({ id }) => yard.remove(id))))
      expect(outcomeOf(job)).toBe('succeeded');
    expect(await leftoversOf(yard)).toEqual(nothing);
  } finally {
    decoy.close();
  }
}, 120_000);
