import * as z from 'zod';

export interface ExtensionManifest {
  /** `publisher.name`, as the extension itself spells it. */
  readonly id: string;
  readonly version: string | undefined;
}

const manifest = z.object({
  publisher: z.string().regex(/^[\w-]+$/),
  name: z.string().regex(/^[\w-]+$/),
  version: z.string().optional().catch(undefined),
});

/** Who an extension is, by the text of its package.json; undefined when that says nothing of the kind. */
export function parseManifest(text: string): ExtensionManifest | undefined {
  try {
    const { publisher, name, version } = manifest.parse(JSON.parse(text.replace(/^\uFEFF/, '')));
    return { id: `${publisher}.${name}`, version };
  } catch {
    return undefined;
  }
}
