import { daemonCommand } from '../command.ts';
import { print, printJson, UsageError } from '../output.ts';
import { showWorkspace } from './text.ts';

export const forwardCommand = daemonCommand({
  words: ['dokploy', 'forward'],
  operands: ['ID|NAME', 'PORT|HOST:PORT'],
  summary: 'listen on a port here that leads to one of the workspace, and print its address',
  options: ['local-port', 'json'],
  notes: [
    'It stays until “dokploy unforward”, also when the connection breaks meanwhile.',
    'HOST is what the workspace calls it.',
  ],
  async run(daemon, { operands: [id, place], options }) {
    const body = { ...placeOf(place), localPort: options['local-port'] };
    const forward = await daemon.call('dokploy.forward', { params: { id }, body });
    return options.json ? printJson(forward) : print(forward.url);
  },
});

export const unforwardCommand = daemonCommand({
  words: ['dokploy', 'unforward'],
  operands: ['ID|NAME', 'PORT'],
  summary: 'end a forward, by the port of the workspace',
  options: ['json'],
  async run(daemon, { operands: [id, port], options }) {
    const query = { remotePort: placeOf(port).remotePort };
    return showWorkspace(await daemon.call('dokploy.removeForward', { params: { id }, query }), options);
  },
});

/** `80`, `db:5432`, `[::1]:80`. Throws UsageError. */
export function placeOf(given: string): { remotePort: number; remoteHost?: string } {
  const match = /^(?:(?:\[([\da-f:]+)\]|([^:[\]\s]+)):)?(\d{1,5})$/i.exec(given);
  const remotePort = Number(match?.[3] ?? 0);
  if (match === null || remotePort < 1 || remotePort > 65_535) {
    throw new UsageError(`“${given}” is neither a port nor a host and a port, such as 8080 or db:5432.`);
  }
  const remoteHost = match[1] ?? match[2];
  return remoteHost === undefined ? { remotePort } : { remotePort, remoteHost };
}
