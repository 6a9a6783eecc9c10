// What a person's script would do: starts `node server.mjs PORT` in each of its arguments' folders, asks until all answer,
// and ends them, each time it is told to.
import { byHand, endGroups, freePort, untilAnswers } from './byHand.mts';

const folders = process.argv.slice(2);

async function once(): Promise<{ readonly startMs: number; readonly stopMs: number }> {
  const ports = await Promise.all(folders.map(() => freePort()));
  const began = performance.now();
  const children = folders.map((cwd, index) => {
    return byHand({ command: [process.execPath, 'server.mjs', String(ports[index])], cwd });
  });
  await Promise.all(ports.map(untilAnswers));
  const ready = performance.now();
  await endGroups(children, 5000);
  return { startMs: ready - began, stopMs: performance.now() - ready };
}

process.on('message', () => void once().then((said) => process.send?.(said)));
process.send?.('ready');
