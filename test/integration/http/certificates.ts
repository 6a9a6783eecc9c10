import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export interface Certificates {
  /** An authority of one's own, which no machine trusts. */
  readonly authority: string;
  readonly authorityFile: string;
  /** For localhost and 127.0.0.1, from that authority. */
  readonly signed: Identity;
  /** From that authority for another name. */
  readonly misnamed: Identity;
  /** For localhost and 127.0.0.1, by itself. */
  readonly own: Identity;
  /** The key of `own`, in another certificate. */
  readonly renewed: Identity;
  /** As `own`, with another key. */
  readonly other: Identity;
}

export const fingerprintOf = ({ cert }: Identity): string => new X509Certificate(cert).fingerprint256;

const here = 'subjectAltName=DNS:localhost,IP:127.0.0.1';

/** Makes them with openssl in an empty folder. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]) => execa('openssl', args);
  const read = async (key: string, cert: string): Promise<Identity> => ({
    key: await readFile(at(key), 'utf8'),
    cert: await readFile(at(cert), 'utf8'),
  });
  const makeKey = (name: string) => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at(name));
  const signItself = (key: string, cert: string, name: string, extension: string) =>
    openssl('req', '-x509', '-key', at(key), '-out', at(cert), '-days', '2', '-subj', name, '-addext', extension);

  await Promise.all(['ca.key', 'leaf.key', 'own.key', 'other.key'].map(makeKey));
  await signItself('ca.key', 'ca.pem', '/O=Example/CN=Example authority', 'keyUsage=critical,keyCertSign');
  await signItself('own.key', 'own.pem', '/O=Example/CN=dokploy', here);
  await signItself('own.key', 'renewed.pem', '/O=Example/CN=dokploy', here);
  await signItself('other.key', 'other.pem', '/O=Example/CN=dokploy', here);

  const sign = async (cert: string, extension: string): Promise<void> => {
    await openssl('req', '-new', '-key', at('leaf.key'), '-out', at(`${cert}.csr`), '-subj', '/CN=leaf');
    await writeFile(at(`${cert}.ext`), extension);
    const authority = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-CAserial', at(`${cert}.srl`)];
    const wanted = ['-in', at(`${cert}.csr`), '-out', at(cert), '-days', '2', '-extfile', at(`${cert}.ext`)];
    await openssl('x509', '-req', ...wanted, ...authority);
  };
  await sign('leaf.pem', here);
  await sign('misnamed.pem', 'subjectAltName=DNS:elsewhere.example');

  return {
    authority: await readFile(at('ca.pem'), 'utf8'),
    authorityFile: at('ca.pem'),
    signed: await read('leaf.key', 'leaf.pem'),
    misnamed: await read('leaf.key', 'misnamed.pem'),
    own: await read('own.key', 'own.pem'),
    renewed: await read('own.key', 'renewed.pem'),
    other: await read('other.key', 'other.pem'),
  };
}
