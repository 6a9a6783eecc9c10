import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildVsix, defaultEngine, defaultVersion, type ExtensionSpec, manifestOf } from './vsix.ts';

export interface GalleryExtension extends ExtensionSpec {
  /** What is downloaded, in place of a package that is right. */
  readonly vsix?: Buffer;
}

/**
 * How it answers: an error, not at all, headers and then nothing, half of the body and then a closed socket, or a byte
 * every so often.
 */
export type Behaviour = 'well' | 'fail' | 'silent' | 'stall' | 'tear' | 'slow';

const packageType = 'Microsoft.VisualStudio.Services.VSIXPackage';
const manifestType = 'Microsoft.VisualStudio.Code.Manifest';

/**
 * A gallery on loopback that speaks what VS Code asks of one (filters and assets), laid out as Open VSX does. Its
 * packages carry no signature, as those of most such galleries.
 */
export class Gallery implements AsyncDisposable {
  readonly #server: Server;
  readonly #extensions: readonly GalleryExtension[];
  readonly #waiting = new Set<() => void>();
  /** Method and path of everything that was asked. */
  readonly requests: string[] = [];
  /** How the search answers, and how downloads of packages do. */
  queries: Behaviour = 'well';
  downloads: Behaviour = 'well';

  private constructor(server: Server, extensions: readonly GalleryExtension[]) {
    this.#server = server;
    this.#extensions = extensions;
  }

  static async open(extensions: readonly GalleryExtension[]): Promise<Gallery> {
    const server = createServer();
    const gallery = new Gallery(server, extensions);
    server.on('request', (request, response) => void gallery.#answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return gallery;
  }

  /** What a person would configure. */
  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** Resolves when a package has been asked for (and, if it stalls, has begun to come). */
  async downloading(): Promise<void> {
    const asked = (): boolean => this.requests.some((request) => request.endsWith(packageType));
    while (!asked()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    const text = await bodyOf(request);
    const [, what = '', ...rest] = pathname.split('/').slice(1).map(decodeURIComponent);
    const found = this.#found(what, rest, text);
    if (found === undefined) response.writeHead(404).end('{}');
    else await send(response, found, rest.at(-1) === packageType ? this.downloads : this.queries);
    this.requests.push(`${request.method ?? ''} ${pathname}`);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #found(what: string, rest: readonly string[], text: string): Buffer | undefined | Promise<Buffer> {
    if (what === 'gallery' && rest[0] === 'extensionquery') return json(this.#query(text));
    if (what === 'gallery' && rest.at(-1) === 'latest') {
      const [publisher = '', name = ''] = rest.slice(-3);
      const extension = this.#named(`${publisher}.${name}`);
      return extension === undefined ? undefined : json(this.#described(extension));
    }
    if (what !== 'asset') return undefined;
    const [publisher = '', name = '', version, ...path] = rest;
    const extension = this.#named(`${publisher}.${name}`);
    if (extension === undefined || version !== (extension.version ?? defaultVersion)) return undefined;
    if (path[0] === manifestType) return json(manifestOf(extension));
    return path[0] === packageType ? (extension.vsix ?? buildVsix(extension)) : undefined;
  }

  #named(id: string): GalleryExtension | undefined {
    return this.#extensions.find((extension) => idOf(extension).toLowerCase() === id.toLowerCase());
  }

  /** Filter types: 4 an extension's UUID, 7 its id (src/vs/platform/extensionManagement/common/extensionGalleryService.ts). */
  #query(text: string): unknown {
    const { filters = [] } = JSON.parse(text) as {
      filters?: { criteria?: { filterType: number; value?: string }[] }[];
    };
    const criteria = filters.flatMap((filter) => filter.criteria ?? []);
    const extensions = this.#extensions
      .filter((extension) =>
        criteria.some(
          ({ filterType, value }) =>
            (filterType === 7 && value?.toLowerCase() === idOf(extension).toLowerCase()) ||
            (filterType === 4 && value === uuidOf(extension)),
        ),
      )
      .map((extension) => this.#described(extension));
    const metadataItems = [{ name: 'TotalCount', count: extensions.length }];
    return { results: [{ extensions, resultMetadata: [{ metadataType: 'ResultCount', metadataItems }] }] };
  }

  #described(extension: GalleryExtension): unknown {
    const {
      publisher,
      name,
      version = defaultVersion,
      engine = defaultEngine,
      dependencies = [],
      pack = [],
    } = extension;
    const assetUri = `${this.url}/vscode/asset/${publisher}/${name}/${version}`;
    const property = (key: string, value: string): unknown => ({ key: `Microsoft.VisualStudio.Code.${key}`, value });
    return {
      extensionId: uuidOf(extension),
      extensionName: name,
      displayName: `The ${name} extension`,
      shortDescription: '',
      flags: '',
      publisher: { publisherId: publisher, publisherName: publisher, displayName: publisher, domain: null },
      statistics: [],
      versions: [
        {
          version,
          lastUpdated: '2026-01-01T00:00:00.000Z',
          assetUri,
          fallbackAssetUri: assetUri,
          files: [manifestType, packageType].map((assetType) => ({ assetType, source: `${assetUri}/${assetType}` })),
          properties: [
            property('Engine', engine),
            property('ExtensionDependencies', dependencies.join(',')),
            property('ExtensionPack', pack.join(',')),
          ],
        },
      ],
    };
  }
}

const idOf = ({ publisher, name }: ExtensionSpec): string => `${publisher}.${name}`;

function uuidOf(extension: ExtensionSpec): string {
  const digits = createHash('sha256').update(idOf(extension)).digest('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

async function send(response: ServerResponse, found: Buffer | Promise<Buffer>, behaviour: Behaviour): Promise<void> {
  const body = await found;
  if (behaviour === 'silent') return;
  if (behaviour === 'fail') {
    response.writeHead(500).end('out of order');
    return;
  }
  response.writeHead(200, { 'content-length': body.length });
  const half = body.subarray(0, Math.floor(body.length / 2));
  if (behaviour === 'well') response.end(body);
  else if (behaviour === 'stall') response.write(half);
  else if (behaviour === 'tear') response.write(half, () => response.destroy());
  else trickle(response, body);
}

/** A tenth of the body at a time. */
function trickle(response: ServerResponse, body: Buffer): void {
  const size = Math.ceil(body.length / 10);
  let sent = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(sent, (sent += size)));
    if (sent < body.length) return;
    clearInterval(timer);
    response.end();
  }, 50);
  response.once('close', () => clearInterval(timer));
}
