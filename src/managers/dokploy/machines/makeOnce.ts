import { DevyardError } from '../../shared/errors.ts';
import { mayHaveHappened, pause, type Waiting } from './waiting.ts';

/** When something that was made is looked for: what was torn may take a moment, in milliseconds. */
const looks = [0, 300, 1500];

/**
 * Makes something that Dokploy would make twice if it were asked twice. After an answer that did not come, it is looked for
 * before it is made again. `find` gets what `make` returned and says what is to be used.
 */
export async function makeOnce<Made, Found>(
  waiting: Waiting,
  what: string,
  make: () => Promise<Made>,
  find: (made: Made | undefined) => Promise<Found | undefined>,
): Promise<Found> {
  let failure: unknown;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    let made: Made | undefined;
    try {
      made = await make();
    } catch (error) {
      if (!mayHaveHappened(error)) throw error;
      failure = error;
    }
    for (const ms of looks) {
      if (ms > 0) await pause(waiting, ms);
      const found: Found | undefined = await find(made);
      if (found !== undefined) return found;
    }
  }
  throw failure instanceof Error
    ? failure
    : new DevyardError('unavailable', `Dokploy made the ${what}, but does not list it.`);
}
