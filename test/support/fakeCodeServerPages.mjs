// What the fake code-server answers beside /healthz: enough to see through a proxy what reached it and how.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const floodFile = fileURLToPath(new URL('flood.mjs', import.meta.url));

/** `/fake/process`: what a test wants to know about the child itself. */
export function process(response, about) {
  const { pid, ppid, argv, env } = globalThis.process;
  json(response, 200, { pid, ppid, argv: argv.slice(2), env, cwd: globalThis.process.cwd(), ...about });
}

/** `/fake/flood?tag=T&lines=N&bytes=B`: a grandchild floods the log (see flood.mjs); answers what it says at its end. */
export function flood(request, response) {
  const { searchParams } = new URL(request.url, 'http://fake');
  const args = [floodFile, ...['tag', 'lines', 'bytes'].map((name) => searchParams.get(name))];
  const child = spawn(globalThis.process.execPath, args, { stdio: ['ignore', 'inherit', 'pipe'] });
  child.stderr.pipe(response.writeHead(200, { 'content-type': 'application/json' }));
}

/** `/`: like the real one, first redirected to its folder, then a page with a title. */
export function workbench(request, response, folder) {
  const { searchParams } = new URL(request.url, 'http://fake');
  if (folder && !searchParams.has('folder')) {
    response.writeHead(302, { location: `./?folder=${encodeURI(folder)}` }).end();
    return;
  }
  const title = String(folder ?? 'nothing').replace(/[<>&]/g, '');
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(`<!doctype html><title>${title} - fake code-server</title><h1>Fake code-server</h1><p>${title}</p>`);
}

/**
 * Any other path tells the request back as JSON {method, url, headers, body}. `/echo/status/N` answers with that
 * status, `/echo/redirect` redirects to `/elsewhere`, `/echo/sse` sends three events 100 ms apart, each flushed.
 */
export function echo(request, response) {
  const { pathname } = new URL(request.url, 'http://fake');
  if (pathname === '/echo/sse') {
    events(response);
    return;
  }
  if (pathname === '/echo/redirect') {
    response.writeHead(302, { location: '/elsewhere', 'set-cookie': ['a=1; Path=/', 'b=2; Path=/'] }).end();
    return;
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const status = Number(/^\/echo\/status\/(\d{3})$/.exec(pathname)?.[1] ?? 200);
    const body = Buffer.concat(chunks).toString('utf8');
    json(response, status, { method: request.method, url: request.url, headers: request.headers, body });
  });
}

function events(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  let count = 0;
  const timer = setInterval(() => {
    response.write(`id: ${++count}\ndata: ${Date.now()}\n\n`);
    if (count < 3) return;
    clearInterval(timer);
    response.end();
  }, 100);
  response.on('close', () => clearInterval(timer));
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
