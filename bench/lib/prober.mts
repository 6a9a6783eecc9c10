import { request, type RequestOptions } from 'node:http';

const everyMs = 10;
const patienceMs = 30_000;

/**
 * Asks `GET /healthz` every 10 ms, each time on a connection of its own, as a person with curl would. Resolves
 * `performance.now()` of the first 200; rejects after 30 s.
 */
export function firstAnswer(target: RequestOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    let asking = false;
    const end = (settle: () => void): void => {
      clearInterval(timer);
      clearTimeout(deadline);
      settle();
    };
    const ask = (): void => {
      if (asking) return;
      asking = true;
      const outgoing = request({ ...target, path: '/healthz', agent: false });
      outgoing.on('response', (answer) => {
        const at = performance.now();
        answer.resume();
        if (answer.statusCode === 200) end(() => resolve(at));
      });
      outgoing.on('error', () => {});
      outgoing.on('close', () => (asking = false));
      outgoing.end();
    };
    const timer = setInterval(ask, everyMs);
    const deadline = setTimeout(() => end(() => reject(new Error('no 200 from /healthz within 30 s'))), patienceMs);
    ask();
  });
}
