import type { DevyardClient } from '../../src/api/client/client.ts';
import type { Yard } from '../../test/integration/daemon/yard.ts';

const atOnce = 5;

/** Creates and starts so many fake code-servers, a few at a time; resolves when all run. */
export async function startMany(yard: Yard, client: DevyardClient, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `server ${index + 1}`);
  while (names.length > 0) {
    await Promise.all(
      names.splice(0, atOnce).map(async (name) => {
        const { id } = await yard.create(client, name);
        await client.call('codeServers.start', { params: { id }, body: { wait: true } });
      }),
    );
  }
}
