// A Docker engine for the tests that run containers.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptInstall } from './apt.mjs';
import { guardScript } from './guard.mjs';
import { run, which } from './run.mjs';

/** dockerd is not on everybody's PATH. */
const paths = ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/usr/local/bin/dockerd'];
const find = () => which('dockerd') ?? paths.find((path) => existsSync(path));

/** Sockets on which an engine may answer already, the wished for one first. */
function sockets() {
  const wished = [process.env.DEVYARD_TEST_DOCKER, process.env.DOCKER_HOST?.replace(/^unix:\/\//, '')];
  return [...wished, '/var/run/docker.sock'].filter((path) => path?.startsWith('/') && existsSync(path));
}

/** Whether an engine answers there within two seconds. */
function answers(socketPath) {
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping', timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('timeout', () => ping.destroy());
    ping.on('error', () => resolve(false));
    ping.end();
  });
}

/**
 * `{socket, close}` of a Docker engine: one that answers already, or one of our own, which `close` ends again and which ends
 * with this process at the latest. Else `{reason}` why there is none. Never throws.
 */
export async function ensureDocker() {
  for (const socket of sockets()) if (await answers(socket)) return { socket, close: async () => {} };
  if (process.platform !== 'linux') return { reason: 'no Docker engine answers; start one' };
  if (process.getuid?.() !== 0) return { reason: 'no Docker engine answers, and starting one needs root' };
  const missing = find() === undefined ? await aptInstall('docker.io', '300 MB') : undefined;
  // Where there is an init system, the package has started its own.
  for (const socket of sockets()) if (await answers(socket)) return { socket, close: async () => {} };
  const path = find();
  if (path === undefined) return { reason: `no dockerd: ${missing ?? 'apt-get installed none'}` };
  return startPrivate(path).catch((error) => ({ reason: `dockerd does not start here: ${error.message}` }));
}

/** A daemon with everything of its own in a temporary folder. It touches no firewall rules: ports go through its proxy. */
async function startPrivate(path) {
  const folder = await mkdtemp(join(tmpdir(), 'devyard-docker-'));
  const socket = join(folder, 'docker.sock');
  const hadBridge = existsSync('/sys/class/net/docker0');
  const own = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')];
  const args = [...own, '--pidfile', join(folder, 'pid'), '-H', `unix://${socket}`, '--iptables=false'];
  const child = spawn('/bin/sh', ['-c', guardScript, 'sh', 'TERM', folder, path, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    // Ctrl-C in a terminal is for the tests, which end this in their own time.
    detached: true,
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-4000)));
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.unref();
  child.stdin.unref?.();
  child.stderr.unref?.();
  const close = async () => {
    child.ref();
    child.stdin.destroy();
    await ended;
    // An engine that was started meanwhile has made it its own.
    for (const other of sockets()) if (await answers(other)) return;
    if (!hadBridge) await run('ip', ['link', 'delete', 'docker0'], { quiet: true });
  };
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) break;
    if (existsSync(socket) && (await answers(socket))) return { socket, close };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await close();
  throw new Error(log.trim().split('\n').at(-1) || 'it did not answer within 30 s');
}
