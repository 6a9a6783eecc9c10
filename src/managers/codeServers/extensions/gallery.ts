import { DevyardError } from '../../shared/errors.ts';

const suffix = /(?:\/vscode(?:\/gallery)?)?\/*$/;

/**
 * What tells code-server of a gallery: the variable EXTENSIONS_GALLERY, which takes the place of `extensionsGallery` in
 * its product.json; none when the address is empty, and then it uses its own, Open VSX. `address` is the gallery's
 * site (`https://open-vsx.org`); that of its service (`https://open-vsx.org/vscode/gallery`) means the same. The layout
 * is Open VSX's, as code-server 4.139 itself gives it. Throws `invalid` for anything but a plain http or https address.
 */
export function galleryEnvironment(address: string, field = 'extensionGallery'): Readonly<Record<string, string>> {
  if (address === '') return {};
  const base = galleryBase(address, field);
  return {
    EXTENSIONS_GALLERY: JSON.stringify({
      serviceUrl: `${base}/vscode/gallery`,
      itemUrl: `${base}/vscode/item`,
      extensionUrlTemplate: `${base}/vscode/gallery/{publisher}/{name}/latest`,
      resourceUrlTemplate: `${base}/vscode/asset/{publisher}/{name}/{version}/Microsoft.VisualStudio.Code.WebResources/{path}`,
      controlUrl: '',
      recommendationsUrl: '',
    }),
  };
}

function galleryBase(address: string, field: string): string {
  const url = URL.parse(address);
  const problem = problemOf(url);
  if (url === null || problem !== undefined) {
    throw new DevyardError('invalid', `The address of the extension gallery ${problem ?? 'is no web address'}.`, {
      field,
      hint: 'Give an address such as https://open-vsx.org, or nothing for code-server’s own gallery.',
    });
  }
  return url.origin + url.pathname.replace(suffix, '');
}

function problemOf(url: URL | null): string | undefined {
  if (url === null) return 'is no web address';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'begins with neither http:// nor https://';
  // Servers and the browser are told this address: whatever it holds is no secret.
  if (url.username !== '' || url.password !== '') return 'holds a user name or a password';
  if (url.search !== '' || url.hash !== '') return 'has something behind a “?” or “#”';
  return undefined;
}
