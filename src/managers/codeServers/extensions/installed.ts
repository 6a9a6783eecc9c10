import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { errnoOf } from '../../shared/errors.ts';
import { diskError } from '../../shared/files.ts';
import { type ExtensionManifest, parseManifest } from './manifest.ts';

export interface InstalledExtension extends ExtensionManifest {
  /** Where it lies. */
  readonly folder: string;
}

/** Where VS Code keeps what is installed: only what it names is loaded (extensionsProfileScannerService.ts). */
export const registryName = 'extensions.json';

const entry = z.object({
  identifier: z.object({ id: z.string() }),
  relativeLocation: z.string().optional(),
  location: z.object({ path: z.string().optional() }).optional(),
});

/**
 * The extensions in an extensions folder, as their own manifests spell them, by id. A folder that lies there without being
 * registered, or is registered without being there, is no installed extension: both are what a killed installation
 * leaves. Where VS Code's register is missing or damaged, the folders' names have to do. Throws what `diskError` does.
 */
export async function installedExtensions(folder: string): Promise<readonly InstalledExtension[]> {
  const names = await namesIn(folder);
  const registered = await readRegistry(folder);
  const found = await Promise.all(
    names
      .filter((name) => registered === undefined || registered.has(name))
      .map((name) => extensionIn(folder, name, registered?.get(name))),
  );
  const byId = new Map<string, InstalledExtension>();
  for (const extension of found.filter((one) => one !== undefined).toSorted(byVersion)) {
    byId.set(extension.id.toLowerCase(), extension);
  }
  return [...byId.values()].toSorted((a, b) => (a.id.toLowerCase() < b.id.toLowerCase() ? -1 : 1));
}

/** The one with this id, in any case. */
export async function installedExtension(folder: string, id: string): Promise<InstalledExtension | undefined> {
  return (await installedExtensions(folder)).find((extension) => extension.id.toLowerCase() === id.toLowerCase());
}

/** Whether a text is a register that VS Code can read. */
export function isRegistry(text: string): boolean {
  return parseRegistry(text) !== undefined;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    // VS Code unpacks into a folder whose name begins with a dot, and renames it when it is complete.
    return (await readdir(folder)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw diskError(error, folder);
  }
}

/** From folder name to id; undefined when there is no register, or none that can be read. */
async function readRegistry(folder: string): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    return parseRegistry(await readFile(join(folder, registryName), 'utf8'));
  } catch {
    return undefined;
  }
}

function parseRegistry(text: string): ReadonlyMap<string, string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const folders = new Map<string, string>();
  for (const item of value) {
    const { success, data } = entry.safeParse(item);
    const place = success ? (data.relativeLocation ?? data.location?.path) : undefined;
    if (success && place !== undefined) folders.set(basename(place), data.identifier.id);
  }
  return folders;
}

async function extensionIn(
  folder: string,
  name: string,
  id: string | undefined,
): Promise<InstalledExtension | undefined> {
  const path = join(folder, name);
  const manifest = await readFile(join(path, 'package.json'), 'utf8').then(parseManifest, () => undefined);
  if (manifest === undefined) return undefined;
  const own = manifest.id.toLowerCase();
  const isNamed = id === undefined ? name.toLowerCase().startsWith(`${own}-`) : id.toLowerCase() === own;
  return isNamed ? { ...manifest, folder: path } : undefined;
}

/** Later ones are newer; only a folder without a register has several of one extension. */
function byVersion(a: InstalledExtension, b: InstalledExtension): number {
  return (a.version ?? '').localeCompare(b.version ?? '', 'en', { numeric: true });
}
