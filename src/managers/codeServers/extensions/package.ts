import { text } from 'node:stream/consumers';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { DevyardError, errnoOf, messageOf } from '../../shared/errors.ts';
import { type ExtensionManifest, parseManifest } from './manifest.ts';

/** Real ones have less than a tenth of it. */
const maxManifestBytes = 5_000_000;

/** Who the extension in a .vsix file is. Throws `invalid` for what is no package, `not-found` where there is no file. */
export async function readPackage(path: string): Promise<ExtensionManifest> {
  let zip: ZipFile;
  try {
    zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  } catch (error) {
    if (errnoOf(error) === undefined) throw notAPackage(path, messageOf(error), error);
    const missing = errnoOf(error) === 'ENOENT';
    throw new DevyardError(
      missing ? 'not-found' : 'invalid',
      missing ? `${path} does not exist any more.` : `${path} cannot be read: ${messageOf(error)}`,
      { hint: 'Check the path of the .vsix file and its permissions.', cause: error },
    );
  }
  try {
    const entry = await manifestEntry(zip);
    if (entry === undefined) throw new Error('it holds no extension/package.json');
    if (entry.uncompressedSize > maxManifestBytes) throw new Error('its package.json is too large');
    const manifest = parseManifest(await text(await zip.openReadStreamPromise(entry)));
    if (manifest === undefined) throw new Error('its package.json names no publisher and name');
    return manifest;
  } catch (error) {
    throw notAPackage(path, messageOf(error), error);
  } finally {
    zip.close();
  }
}

async function manifestEntry(zip: ZipFile): Promise<Entry | undefined> {
  for await (const entry of zip.eachEntry()) if (entry.fileName === 'extension/package.json') return entry;
  return undefined;
}

function notAPackage(path: string, why: string, cause: unknown): DevyardError {
  return new DevyardError('invalid', `${path} is not a package of an extension: ${why}`, {
    hint: 'Download or build the .vsix file again.',
    cause,
  });
}
