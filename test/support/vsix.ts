import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZipFile } from 'yazl';

/** What an extension says of itself. */
export interface ExtensionSpec {
  readonly publisher: string;
  readonly name: string;
  readonly version?: string;
  /** The VS Code it wants. */
  readonly engine?: string;
  /** Ids of extensions that it needs. */
  readonly dependencies?: readonly string[];
  /** Ids of extensions that come with it. */
  readonly pack?: readonly string[];
  /** Further files, by their path below `extension/`. */
  readonly files?: Readonly<Record<string, string>>;
}

export const defaultVersion = '1.2.3';
export const defaultEngine = '^1.80.0';

export function manifestOf(spec: ExtensionSpec): Readonly<Record<string, unknown>> {
  return {
    publisher: spec.publisher,
    name: spec.name,
    displayName: `The ${spec.name} extension`,
    version: spec.version ?? defaultVersion,
    engines: { vscode: spec.engine ?? defaultEngine },
    ...(spec.dependencies === undefined ? {} : { extensionDependencies: spec.dependencies }),
    ...(spec.pack === undefined ? {} : { extensionPack: spec.pack }),
  };
}

/** A package as `vsce` makes it, with the least that VS Code installs. */
export async function buildVsix(spec: ExtensionSpec): Promise<Buffer> {
  const zip = new ZipFile();
  const add = (path: string, text: string): void => zip.addBuffer(Buffer.from(text), path);
  add('extension.vsixmanifest', vsixManifest(spec));
  add('[Content_Types].xml', contentTypes);
  add('extension/package.json', JSON.stringify(manifestOf(spec), undefined, 2));
  for (const [path, text] of Object.entries(spec.files ?? {})) add(`extension/${path}`, text);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The same as a file in a folder; resolves its path. */
export async function writeVsix(folder: string, spec: ExtensionSpec): Promise<string> {
  const path = join(folder, `${spec.publisher}.${spec.name}.vsix`);
  await writeFile(path, await buildVsix(spec));
  return path;
}

const contentTypes = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension=".json" ContentType="application/json"/>
<Default Extension=".vsixmanifest" ContentType="text/xml"/>
</Types>`;

const vsixManifest = ({ publisher, name, version = defaultVersion }: ExtensionSpec): string =>
  `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
<Metadata>
<Identity Language="en-US" Id="${name}" Version="${version}" Publisher="${publisher}"/>
<DisplayName>The ${name} extension</DisplayName>
</Metadata>
<Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
<Dependencies/>
<Assets><Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/></Assets>
</PackageManifest>`;
