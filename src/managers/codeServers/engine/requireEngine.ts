import { DevyardError } from '../../shared/errors.ts';
import type { Engines } from '../ports.ts';

/** The executable to start servers with. Throws `engine-missing` or `engine-too-old`. */
export async function requireEngine(engines: Engines): Promise<string> {
  const engine = await engines.get();
  switch (engine.status) {
    case 'ready':
      return engine.path;
    case 'installing':
      throw new DevyardError('engine-missing', 'code-server is still being installed.', {
        hint: 'Start again when it is done.',
      });
    case 'tooOld':
      throw new DevyardError('engine-too-old', engine.message, { hint: engine.hint });
    case 'missing':
    case 'installFailed':
      throw new DevyardError('engine-missing', engine.message, { hint: engine.hint });
  }
}
