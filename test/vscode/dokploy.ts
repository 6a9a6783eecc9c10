import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DokployDouble, startDokploy } from '../support/dokploy/double.ts';

/** What a suite inside an extension host is told of the double, as JSON in DEVYARD_TEST_DOKPLOY. */
export interface DokployForSuite {
  readonly url: string;
  readonly key: string;
  readonly image: string;
  readonly user: string;
  /** Address of its switches: POST `/down`, POST `/up`, GET `/count/<procedure>`. */
  readonly control: string;
}

/** A double with real sshds behind it, and switches that a suite elsewhere can reach; or the reason why there is none. */
export async function dokployForSuite(): Promise<
  ({ readonly told: DokployForSuite } & AsyncDisposable) | { readonly reason: string }
> {
  let double: DokployDouble;
  try {
    double = await startDokploy({ machines: 'sshd' });
  } catch (error) {
    return { reason: String(error) };
  }
  const control = createServer((request, response) => {
    void turn(double, request.url ?? '/').then((text) => response.end(text));
  });
  control.listen(0, '127.0.0.1');
  await once(control, 'listening');
  const { url, key, image, user = 'root' } = double;
  const { port } = control.address() as AddressInfo;
  return {
    told: { url, key, image, user, control: `http://127.0.0.1:${String(port)}` },
    [Symbol.asyncDispose]: async () => {
      control.close();
      await double.stop();
    },
  };
}

async function turn(double: DokployDouble, path: string): Promise<string> {
  const [, what = '', procedure = ''] = path.split('/');
  if (what === 'down') await double.goDown();
  if (what === 'up') await double.comeUp();
  return what === 'count' ? String(double.count(procedure)) : '';
}
