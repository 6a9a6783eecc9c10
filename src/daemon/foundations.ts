import { DevyardError } from '../managers/shared/errors.ts';
import { eraseHalfWritten } from '../managers/shared/files.ts';
import { hostIdFrom } from '../managers/shared/hostId.ts';
import { type Locations, socketFolder } from '../managers/shared/locations.ts';
import { secretFromFile } from '../managers/shared/secretFile.ts';

/** What a daemon has from its files before it opens anything. */
interface Foundations {
  readonly hostId: string;
  readonly token: string;
  readonly cookieKey: string;
  /** A private folder with a short path. */
  readonly sockets: string;
}

interface Options {
  /** Instead of the one in the data directory. */
  readonly tokenFile: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** When this daemon began, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly onProblem: (error: unknown) => void;
}

/** Reads them, and makes what is missing. What throws is thrown when nothing is being written any more. */
export async function foundationsOf(places: Locations, options: Options): Promise<Foundations> {
  const { env, onProblem, startedAt, tokenFile } = options;
  await eraseHalfWritten(places.dataDir, startedAt).catch((error: unknown) => {
    const message = `What was half written in ${places.dataDir} could not be erased.`;
    onProblem(new DevyardError('unavailable', message, { hint: 'Erase the *.tmp files in it.', cause: error }));
  });
  const parts = [
    hostIdFrom(places.hostIdFile),
    secretFromFile(tokenFile ?? places.tokenFile),
    secretFromFile(places.cookieKeyFile, 'cookie key'),
    socketFolder(places, env),
  ] as const;
  // A process that exits while a key is being written would leave half of it lying about.
  await Promise.allSettled(parts);
  const [hostId, token, cookieKey, sockets] = await Promise.all(parts);
  return { hostId, token, cookieKey, sockets };
}
