// Asks one path again and again over one kept connection. Arguments: Unix socket, path, length of the list. Told
// {token, count}, says the ms of each answer; whatever is not a 200 with such a list ends it.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Pause after each answer, so that what happens every few seconds happens meanwhile. */
const pauseMs = 4;

const [, , socketPath = '', path = '/', wanted = '0'] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function ask(token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, agent, headers: { Authorization: `Bearer ${token}` } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`${path} answers ${answer.statusCode ?? 0}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

process.on('message', ({ token, count }: { readonly token: string; readonly count: number }) => {
  void (async () => {
    const samples: number[] = [];
    let body = '';
    for (let index = 0; index < count; index++) {
      const began = performance.now();
      body = await ask(token);
      samples.push(performance.now() - began);
      await sleep(pauseMs);
    }
    const found = (JSON.parse(body) as unknown[]).length;
    if (found !== Number(wanted)) throw new Error(`${found} servers are listed instead of ${wanted}`);
    process.send?.(samples);
  })();
});
process.send?.('ready');
