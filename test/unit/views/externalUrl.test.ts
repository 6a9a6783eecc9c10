import { describe, expect, it } from 'vitest';
import { foreignHost, urlForEditor, withTicket } from '../../../src/views/codeServers/externalUrl.ts';
import { browserAddress } from '../../../src/views/shared/browserAddress.ts';
import { isOutputOf } from '../../../src/views/shared/outputDocument.ts';

const ticket = 'http://127.0.0.1:8010/?folder=%2Fwork%2Fa%20b&ticket=abc-_1';

describe('the address of a code-server', () => {
  it('is the daemon’s own where the editor runs on the same computer', () => {
    const external = 'http://127.0.0.1:8010/';
    expect(foreignHost(external, 'http://127.0.0.1:8010/')).toBeUndefined();
    expect(new URL(withTicket(external, ticket)).searchParams.get('folder')).toBe('/work/a b');
    expect(urlForEditor(external, ticket)).toBe(ticket);
  });

  it('keeps the path prefix and the host of an editor in the browser', () => {
    const external = 'https://dev.example.com/proxy/8010/';
    expect(foreignHost(external, 'http://127.0.0.1:8010/')).toBe('dev.example.com');
    const url = new URL(withTicket(external, ticket));
    expect(url.origin + url.pathname).toBe('https://dev.example.com/proxy/8010/');
    expect(url.searchParams.get('ticket')).toBe('abc-_1');
    expect(urlForEditor(external, ticket)).toBe(url.href);
  });

  it('needs a ticket for the forwarded port, which the editor forwards by itself', () => {
    expect(foreignHost('http://localhost:51000/', 'http://127.0.0.1:8010/')).toBe('localhost:51000');
    expect(urlForEditor('http://localhost:51000/', ticket)).toBe(ticket);
  });
});

describe('an output document', () => {
  it('belongs to the channel of that very name and extension', () => {
    const path = 'extension-output-devyard.devyard-#3-api';
    expect(isOutputOf(path, 'devyard.devyard', 'api')).toBe(true);
    expect(isOutputOf(`/${path}`, 'Devyard.devyard', 'api')).toBe(true);
    expect(isOutputOf(path, 'devyard.devyard', 'pi')).toBe(false);
    expect(isOutputOf('extension-output-devyard.devyard-#3-x-api', 'devyard.devyard', 'api')).toBe(false);
    expect(isOutputOf('extension-output-other.ext-#3-api', 'devyard.devyard', 'api')).toBe(false);
  });
});

describe('browserAddress', () => {
  const local = 'http://127.0.0.1:8010/';
  it.each([
    ['http://localhost:8080/proxy/8010/', 'http://devyard.localhost:8010/'],
    ['http://127.0.0.1:8080/base/proxy/8010/', 'http://devyard.localhost:8010/'],
    ['https://ide.example.com/proxy/8010/', 'https://ide.example.com/proxy/8010/'],
    ['https://8010.ide.example.com/', 'https://8010.ide.example.com/'],
    ['http://127.0.0.1:8010/', 'http://127.0.0.1:8010/'],
    ['http://localhost:49152/', 'http://localhost:49152/'],
  ])('%s → %s', (external, expected) => {
    expect(browserAddress(external, local)).toBe(expected);
  });

  it('keeps the place within a page', () => {
    const place = 'http://127.0.0.1:5173/app/?view=all#top';
    const proxied = 'http://localhost:8080/proxy/5173/app/?view=all#top';
    expect(browserAddress(proxied, place)).toBe('http://devyard.localhost:5173/app/?view=all#top');
    expect(browserAddress(place, place)).toBe(place);
  });
});
