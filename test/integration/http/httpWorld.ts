import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { createHttp, type HttpOptions } from '../../../src/http/http.ts';
import { HttpFailure, type HttpPort } from '../../../src/managers/dokploy/api/types.ts';
import { type Temporary, temporaryFolder } from '../../support/temporary.ts';
import { type Certificates, makeCertificates } from './certificates.ts';

/** Opens transports, which are closed after each test. `usual` holds unless it is told otherwise. */
export function closedAfterEach(usual: HttpOptions): (options?: Partial<HttpOptions>) => HttpPort {
  const ports: HttpPort[] = [];
  afterEach(() => {
    for (const port of ports.splice(0)) port.close();
  });
  return (options = {}) => {
    const port = createHttp({ ...usual, ...options });
    ports.push(port);
    return port;
  };
}

/** Certificates for all tests of a file, and a folder for what else they need. */
export class ForAll {
  #made: { readonly folder: Temporary; readonly certificates: Certificates } | undefined;

  constructor() {
    beforeAll(async () => {
      const folder = await temporaryFolder();
      this.#made = { folder, certificates: await makeCertificates(folder.path) };
    });
    afterAll(() => this.#made?.folder[Symbol.asyncDispose]());
  }

  get folder(): Temporary {
    return this.#existing().folder;
  }

  get certificates(): Certificates {
    return this.#existing().certificates;
  }

  #existing(): { readonly folder: Temporary; readonly certificates: Certificates } {
    if (this.#made === undefined) throw new Error('no test has begun');
    return this.#made;
  }
}

export async function failureOf(promise: Promise<unknown>): Promise<HttpFailure> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(HttpFailure);
  return thrown as HttpFailure;
}
