// A code-server that does what a test tells it to: same arguments, socket, health answer and version line as the
// real 4.139.1, none of its weight. What it does is read from `.fake-code-server.json` in the opened folder, else
// beside the launcher (link bin/code-server into a folder of your own), so that no environment variable is needed.
//
// Keys, all optional (times in milliseconds):
//   versionText, versionExitCode, versionDelayMs     what `--version` does
//   bootDelayMs                                      before it listens
//   unhealthy: {mode: 'error'|'hang', afterRequests} /healthz answers 500, or nothing; read again at every request
//   ignoreTerm, termDelayMs                          how it takes SIGTERM
//   crash: {afterMs, exitCode|signal, message}       counted from its start
//   spam: {lines, perSecond, bytes, stream}          `spam 1 xxx…` to 'stdout' or 'stderr'; without lines: for ever
//   longLine                                         one line of that many bytes
//   noNewline                                        a last text without a line end
//   grandchildren: {count, ignoreTerm, ownSession, busy}
import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { echo, flood, process as processPage, workbench } from './fakeCodeServerPages.mjs';
import { echoWebSocket } from './fakeWebSocket.mjs';

const valueOptions = new Set(
  (
    'auth bind-addr host port socket socket-mode user-data-dir extensions-dir session-socket config log locale app-name ' +
    'welcome-text abs-proxy-base-path install-extension uninstall-extension trusted-origins proxy-domain cookie-suffix ' +
    'idle-timeout-seconds reconnection-grace-time cert-key cert-host i18n extra-extensions-dir extra-builtin-extensions-dir'
  ).split(' '),
);

/** The real one takes nothing that looks like an option for a value, and ends. */
function valueOf(name, value) {
  if (value !== undefined && !value.startsWith('-')) return value;
  process.stderr.write(`error --${name} requires a value\n`);
  process.exit(1);
}

function parse(argv) {
  const options = {};
  let folder;
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--') return { options, folder: resolve(argv[i + 1]) };
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(argv[i]);
    if (!match) folder = argv[i];
    else if (match[2] !== undefined) options[match[1]] = match[2];
    else options[match[1]] = valueOptions.has(match[1]) ? valueOf(match[1], argv[++i]) : true;
  }
  return { options, folder: folder && resolve(folder) };
}

const { options, folder } = parse(process.argv.slice(2));
const scriptFiles = [folder, process.env.DEVYARD_FAKE_HOME]
  .filter(Boolean)
  .map((directory) => join(directory, '.fake-code-server.json'));

function readScript() {
  for (const file of scriptFiles) {
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      // A half-written file keeps the last good one; a missing one is looked for in the next place.
      if (error instanceof SyntaxError) return script;
    }
  }
  return {};
}

let script = {};
script = readScript();

/** Like a native child: straight to the descriptor, whole, and deaf to a full disk or a closed pipe. */
function put(fd, text) {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      if (error.code !== 'EAGAIN') return;
    }
  }
}
const info = (text) => put(1, `[${new Date().toISOString()}] info  ${text}\n`);
const later = (milliseconds, action) => setTimeout(() => action(), milliseconds);

function version() {
  later(script.versionDelayMs ?? 0, () => {
    const text = script.versionText ?? '4.139.1 53c2f3253bcf32886706fc023e794bbeb253c90f with Code 1.139.1';
    put(1, `${text}\n`);
    process.exit(script.versionExitCode ?? 0);
  });
}

function startGrandchildren({ count = 1, ignoreTerm = false, ownSession = false, busy = false }) {
  const trap = ignoreTerm ? "trap '' TERM; " : '';
  // Both end by themselves, so that a failed test leaves nothing behind for long.
  const work = busy ? 'i=0; while [ $i -lt 500000000 ]; do i=$((i+1)); done' : 'exec sleep 600';
  return Array.from({ length: count }, () => {
    const child = spawn('/bin/sh', ['-c', trap + work], { detached: ownSession, stdio: 'ignore' });
    child.unref();
    return child.pid;
  });
}

function startSpam({ lines = Infinity, perSecond = 100, bytes = 80, stream = 'stdout' }) {
  const fd = stream === 'stderr' ? 2 : 1;
  const began = Date.now();
  let count = 0;
  const timer = setInterval(() => {
    const due = Math.min(lines, Math.floor(((Date.now() - began) * perSecond) / 1000) + 1);
    let block = '';
    while (count < due && block.length < 1 << 20) block += `spam ${++count} `.padEnd(bytes - 1, 'x') + '\n';
    put(fd, block);
    if (count >= lines) clearInterval(timer);
  }, 10);
}

function crash({ afterMs = 0, exitCode = 1, signal, message }) {
  later(afterMs, () => {
    if (message) put(2, `${message}\n`);
    if (signal) process.kill(process.pid, signal);
    else process.exit(exitCode);
  });
}

function health(response) {
  script = readScript();
  const { unhealthy } = script;
  if (unhealthy && ++healthRequests > (unhealthy.afterRequests ?? 0)) {
    if (unhealthy.mode !== 'hang') response.writeHead(500).end('{"status":"broken"}');
    return;
  }
  if (!unhealthy) healthRequests = 0;
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"expired","lastHeartbeat":0}');
}

let healthRequests = 0;
let grandchildren = [];

function listen() {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://fake');
    if (pathname === '/healthz') health(response);
    else if (pathname === '/fake/process') processPage(response, { options, folder, grandchildren });
    else if (pathname === '/fake/flood') flood(request, response);
    else if (pathname === '/' && request.method === 'GET') workbench(request, response, folder);
    else echo(request, response);
  });
  server.on('upgrade', echoWebSocket);
  server.on('error', (error) => {
    put(2, `[${new Date().toISOString()}] error ${error.message}\n`);
    process.exit(1);
  });
  if (options.socket) {
    try {
      unlinkSync(options.socket);
    } catch {}
    server.listen(options.socket, () => {
      chmodSync(options.socket, Number.parseInt(options['socket-mode'] ?? '755', 8));
      ready(options.socket);
    });
  } else {
    const [, host, port] = /^(.*):(\d+)$/.exec(options['bind-addr'] ?? '127.0.0.1:8080') ?? [];
    server.listen(Number(port), host, () => ready(`http://${host}:${server.address().port}/`));
  }
}

function ready(address) {
  info(`code-server 4.139.1 53c2f3253bcf32886706fc023e794bbeb253c90f`);
  info(`HTTP server listening on ${address}`);
  info(`  - Authentication is ${options.auth === 'none' ? 'disabled' : 'enabled'}`);
}

function main() {
  process.on('SIGTERM', () => {
    if (!script.ignoreTerm) later(script.termDelayMs ?? 0, () => process.exit(0));
  });
  if (script.crash) crash(script.crash);
  if (script.grandchildren) {
    grandchildren = startGrandchildren(script.grandchildren);
    info(`grandchildren ${grandchildren.join(',')}`);
  }
  if (script.longLine) put(1, 'L'.repeat(script.longLine) + '\n');
  if (script.spam) startSpam(script.spam);
  if (script.noNewline) put(1, 'a last text without an end');
  later(script.bootDelayMs ?? 0, listen);
}

if (options.version) version();
else main();
