import { ApiError } from '../../api/client/transport.ts';
import { daemonCommand } from '../command.ts';
import { progressOn } from '../jobs/progress.ts';
import { print, printJson } from '../output.ts';

export const engineCommand = daemonCommand({
  words: ['code-server', 'engine'],
  summary: 'which code-server is used',
  options: ['json'],
  async run(daemon, { options }) {
    const engine = await daemon.call('engine.get', {});
    if (options.json) return printJson(engine);
    if (engine.status === 'ready') return print(`code-server ${engine.version} (${engine.path})`);
    return print('message' in engine ? engine.message : engine.status);
  },
});

export const installCommand = daemonCommand({
  words: ['code-server', 'install'],
  summary: 'install code-server into the data directory',
  options: ['json'],
  async run(daemon, { options }) {
    const stop = new AbortController();
    const progress = progressOn(process.stderr);
    process.once('SIGINT', () => void daemon.call('engine.cancel', {}).catch(() => undefined));
    let begun = false;
    // Subscribed first, so that no step is missed.
    for await (const { event } of daemon.events(undefined, stop.signal)) {
      if (!begun) await daemon.call('engine.install', {});
      begun = true;
      if (event.type !== 'engine.changed') continue;
      const { engine } = event;
      if (engine.status === 'installing') {
        progress.show(`[${String(engine.stepIndex)}/${String(engine.stepCount)}] ${engine.step}`);
        continue;
      }
      progress.end();
      stop.abort();
      if (engine.status !== 'ready') {
        // Somebody cancelled it or ended the daemon; or it is there and the setting names another one.
        const status = engine.status === 'installFailed' ? 503 : 409;
        throw new ApiError({ code: 'engine-missing', status, message: engine.message, hint: engine.hint });
      }
      return options.json ? printJson(engine) : print(`code-server ${engine.version} (${engine.path})`);
    }
    throw new ApiError({ code: 'unavailable', status: 0, message: 'The daemon ended.' });
  },
});
