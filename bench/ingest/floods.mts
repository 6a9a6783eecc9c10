import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { root } from '../../esbuild.mjs';

export const lines = 1_000_000;
export const lineBytes = 100;

/** What a flood says of itself, see test/support/flood.mjs. */
export interface Flood {
  readonly ms: number;
  readonly longestMs: number;
  readonly blockedMs: number;
  readonly beganAt: number;
}

/** The same child, writing past Devyard. */
export async function plainFlood(path: string, tag: string): Promise<Flood> {
  const file = await open(path, 'a');
  const args = [join(root, 'test/support/flood.mjs'), tag, String(lines), String(lineBytes)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', file.fd, 'pipe'] });
  const said = child.stderr === null ? '' : await text(child.stderr);
  await file.close();
  return JSON.parse(said) as Flood;
}

/** `cat FILE > /dev/null` */
export async function copied(file: string): Promise<void> {
  await once(spawn('cat', [file], { stdio: 'ignore' }), 'exit');
}

/** The Unix socket that a code-server was told to listen on. */
export async function socketOf(pid: number): Promise<string> {
  const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  return args[args.indexOf('--socket') + 1] ?? '';
}

/** Lets the fake code-server behind a socket flood its log; resolves when all is written. */
export async function flood(socket: string, tag: string): Promise<Flood> {
  return JSON.parse(await ask(socket, `/fake/flood?tag=${tag}&lines=${lines}&bytes=${lineBytes}`)) as Flood;
}

function ask(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, agent: false }, (answer) => void text(answer).then(resolve, reject));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
