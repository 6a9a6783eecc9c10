// `devyard provider status` as DevPod runs it: a process of its own for each question.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startDokploy } from '../../test/support/dokploy/double.ts';
import type { Measured } from '../lib/bench.mts';
import { timed, type World } from './world.mts';

const run = promisify(execFile);
const rounds = 40;

export async function measureStatus({ product, yard, say }: World): Promise<Measured> {
  await using dokploy = await startDokploy();
  const folder = join(yard.path, 'machine');
  await mkdir(folder);
  const env = {
    ...process.env,
    DOKPLOY_SERVER_URL: dokploy.url,
    DOKPLOY_API_TOKEN: dokploy.key,
    DOKPLOY_IMAGE: dokploy.image,
    DOKPLOY_MACHINE_KIND: 'application',
    ...(dokploy.user === undefined ? {} : { DOKPLOY_USER: dokploy.user }),
    MACHINE_ID: 'bench',
    MACHINE_FOLDER: folder,
    MACHINE_CONTEXT: 'default',
  };
  const provider = (verb: string): Promise<{ stdout: string }> =>
    run(process.execPath, [join(product.dist, 'provider.js'), verb], { env });
  say('creating a machine');
  await provider('create');
  const asked: number[] = [];
  const empty: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    asked.push(
      await timed(async () => {
        const { stdout } = await provider('status');
        if (stdout.trim() !== 'Running') throw new Error(`the machine is ${stdout}`);
      }),
    );
    empty.push(await timed(() => run(process.execPath, ['-e', '0'])));
  }
  await provider('delete');
  return {
    figures: [
      {
        what: '`devyard provider status`, the whole process',
        unit: 'ms',
        samples: asked,
        peer: { what: '`node -e 0`', samples: empty },
        goal: { of: 'median', limit: 120 },
      },
    ],
  };
}
