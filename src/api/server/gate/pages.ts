import type { ServerResponse } from 'node:http';
import type { RefusalStatus } from './admission.ts';

/** Headers of every page the gate makes itself. */
const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function refusedPage(status: RefusalStatus, server: string, reason: string): Page {
  return page(
    status,
    `${server} is locked`,
    `<p>${escape(reason)}</p><p>Open it from Devyard: the sidebar's <em>Open</em>, or <code>devyard code-server open ${escape(shellWord(server))}</code> in a terminal.</p>`,
    // A refused upload is not read to its end.
    { Connection: 'close', ...(status === 401 ? { 'WWW-Authenticate': 'Bearer realm="devyard"' } : {}) },
  );
}

/** For an address below which no code-server is shown. */
export function absentPage(): Page {
  return page(404, 'No code-server runs here', '<p>Start it in Devyard and open it from there.</p>', {});
}

/** Asks again by itself until the server answers. */
export function startingPage(server: string): Page {
  return page(503, `${server} is starting…`, '<p>This page opens by itself as soon as the server answers.</p>', {
    Refresh: '1',
    'Retry-After': '1',
  });
}

export function unreachablePage(server: string): Page {
  return page(502, `${server} does not answer`, '<p>Look at its log in Devyard, or restart it there.</p>', {});
}

export function sendPage(response: ServerResponse, { status, headers, body }: Page): void {
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** The same page as raw bytes, for a connection that asked for an upgrade. */
export function rawPage({ status, headers, body }: Page): string {
  const all = { ...headers, 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`;
}

function page(status: number, title: string, html: string, headers: Readonly<Record<string, string>>): Page {
  const style =
    ':root{color-scheme:light dark}body{font:16px system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1em}';
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title><style>${style}</style>`;
  const body = `<!doctype html><html lang="en"><head>${head}</head><body><h1>${escape(title)}</h1>${html}</body></html>\n`;
  return { status, headers: { ...pageHeaders, ...headers }, body };
}

/** As a person would type it. */
function shellWord(text: string): string {
  return /^[\w.@%+:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
