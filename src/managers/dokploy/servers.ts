import { v7 as uuidv7 } from 'uuid';
import { DevyardError } from '../shared/errors.ts';
import { parseServerUrl } from './api/serverUrl.ts';
import { apiKeyName, type DokployContext, serverOwner } from './context.ts';
import type { NewServer, ServerChanges } from './model.ts';
import type { ServerDefinition } from './records.ts';
import { eraseServer, readServers, saveServer } from './repository.ts';
import { ServerLink } from './serverLink.ts';

/** The Dokploy servers that are known here. */
export class Servers {
  readonly #context: DokployContext;
  readonly #servers = new Map<string, ServerLink>();

  constructor(context: DokployContext) {
    this.#context = context;
  }

  async load(): Promise<void> {
    for (const definition of await readServers(this.#context)) {
      this.#servers.set(definition.id, new ServerLink(this.#context, definition));
    }
  }

  list(): readonly ServerLink[] {
    return [...this.#servers.values()];
  }

  /** Throws `not-found`. */
  get(id: string): ServerLink {
    const server = this.#servers.get(id);
    if (server === undefined) {
      throw new DevyardError('not-found', `There is no Dokploy server ${id}.`, { field: 'id', hint: 'Add it first.' });
    }
    return server;
  }

  /** Stores a server with its key. Throws `invalid`, and `conflict` for one that is there already. */
  async add({ url, name, apiKey, certificate }: NewServer): Promise<ServerLink> {
    const { clock, hostId, journal, secrets } = this.#context;
    const address = this.#unused(url);
    const definition: ServerDefinition = {
      id: uuidv7(),
      hostId,
      createdAt: clock.now(),
      name: name ?? new URL(address).host,
      url: address,
      certificate: certificateOf(certificate) ?? null,
      keyHistory: { unlimited: false, lastWorkedAt: null },
      checkedAt: null,
    };
    const key = secrets.keep(serverOwner(definition.id), apiKeyName, checkedKey(apiKey));
    const server = new ServerLink(this.#context, definition);
    const event = { type: 'dokploy.serverChanged', server: server.snapshot } as const;
    await journal.intend(event, async (transaction) => {
      await saveServer(definition)(transaction);
      await key(transaction);
    });
    this.#servers.set(definition.id, server);
    return server;
  }

  async change(id: string, { url, name, apiKey, certificate }: ServerChanges): Promise<void> {
    const pinned = certificateOf(certificate);
    await this.get(id).change(
      {
        ...(url === undefined ? {} : { url: this.#unused(url, id) }),
        ...(name === undefined ? {} : { name }),
        ...(pinned === undefined ? {} : { certificate: pinned }),
      },
      apiKey === undefined ? undefined : checkedKey(apiKey),
    );
  }

  /** Also erases what is stored of its workspaces. */
  async remove(id: string): Promise<void> {
    await this.#context.journal.intend({ type: 'dokploy.serverRemoved', id }, eraseServer(id));
    this.#servers.get(id)?.forget();
    this.#servers.delete(id);
  }

  async close(): Promise<void> {
    for (const server of this.#servers.values()) {
      await server.keep();
      server.close();
    }
  }

  #unused(text: string, id?: string): string {
    const url = parseServerUrl(text);
    const same = this.list().find((server) => server.definition.url === url && server.id !== id);
    if (same === undefined) return url;
    throw new DevyardError('conflict', `${url} is there already, as “${same.definition.name}”.`, {
      field: 'url',
      hint: 'Edit that server instead.',
    });
  }
}

function checkedKey(key: string): string {
  const trimmed = key.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new DevyardError('invalid', 'The API key holds blanks or other characters that no key has.', {
    field: 'apiKey',
    hint: 'Copy it again from Dokploy: Settings, Profile, API/CLI Keys.',
  });
}

/** Undefined: not given. Null: none. */
function certificateOf(given: string | null | undefined): string | null | undefined {
  if (given === undefined || given === null) return given;
  const pairs = given.replace(/^sha-?256[:/ ]/i, '').replace(/[\s:]/g, '');
  if (!/^[0-9a-f]{64}$/i.test(pairs)) {
    throw new DevyardError('invalid', 'The fingerprint of the certificate is not a SHA-256.', {
      field: 'certificate',
      hint: 'Give 32 hexadecimal pairs, as `openssl x509 -noout -fingerprint -sha256` prints them.',
    });
  }
  return (pairs.toUpperCase().match(/../g) ?? []).join(':');
}
