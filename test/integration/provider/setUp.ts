import { type DokployDouble, type DokployOptions, startDokploy } from '../../support/dokploy/double.ts';
import { type DevPod, openDevPod } from './devPod.ts';

export interface SetUp extends AsyncDisposable {
  readonly dokploy: DokployDouble;
  readonly devPod: DevPod;
  /** Names of the compose services that Dokploy lists. */
  listed(): Promise<readonly string[]>;
}

/** A Dokploy with whatever real machines can be had here, and a DevPod that is set up for it. */
export async function setUp(
  options: DokployOptions = {},
  given: Readonly<Record<string, string>> = {},
): Promise<SetUp> {
  const dokploy = await startDokploy(options);
  const devPod = await openDevPod({
    DOKPLOY_SERVER_URL: dokploy.url,
    DOKPLOY_API_TOKEN: dokploy.key,
    DOKPLOY_IMAGE: dokploy.image,
    ...(dokploy.user === undefined ? {} : { DOKPLOY_USER: dokploy.user }),
    DOKPLOY_PORT_RANGE: '23222-23250',
    ...given,
  });
  return {
    dokploy,
    devPod,
    async listed() {
      const answer = await fetch(`${dokploy.url}/api/project.all`, { headers: { 'x-api-key': dokploy.key } });
      const projects = (await answer.json()) as { environments: { compose: { name: string }[] }[] }[];
      return projects.flatMap(({ environments }) =>
        environments.flatMap(({ compose }) => compose.map(({ name }) => name)),
      );
    },
    async [Symbol.asyncDispose]() {
      await devPod[Symbol.asyncDispose]();
      await dokploy[Symbol.asyncDispose]();
    },
  };
}
