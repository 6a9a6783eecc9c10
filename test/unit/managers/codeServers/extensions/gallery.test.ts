import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { galleryEnvironment } from '../../../../../src/managers/codeServers/extensions/gallery.ts';

interface Layout {
  readonly serviceUrl: string;
  readonly itemUrl: string;
  readonly resourceUrlTemplate: string;
}
const layout = (address: string): Layout =>
  JSON.parse(galleryEnvironment(address)['EXTENSIONS_GALLERY'] ?? 'null') as Layout;

it('leaves code-server its own gallery when none is configured', () => {
  expect(galleryEnvironment('')).toEqual({});
});

it.each(['', '/', '/vscode/gallery', '/vscode/gallery/', '/vscode'])(
  'understands the address with %j behind it',
  (end) => {
    expect(layout(`https://open-vsx.org${end}`)).toMatchObject({
      serviceUrl: 'https://open-vsx.org/vscode/gallery',
      itemUrl: 'https://open-vsx.org/vscode/item',
      resourceUrlTemplate:
        'https://open-vsx.org/vscode/asset/{publisher}/{name}/{version}/Microsoft.VisualStudio.Code.WebResources/{path}',
    });
  },
);

it('keeps ports and folders', () => {
  expect(layout('http://127.0.0.1:8080/mirror/').serviceUrl).toBe('http://127.0.0.1:8080/mirror/vscode/gallery');
});

it.each([
  ['open-vsx.org', /no web address/],
  ['ftp://a.example', /neither http/],
  ['file:///etc', /neither http/],
  ['https://me:secret@a.example', /user name or a password/],
  ['https://a.example/?token=1', /“\?”/],
])('refuses %j and does not repeat it', (address, message) => {
  const refused = (): unknown => galleryEnvironment(address);
  expect(refused).toThrow(message);
  expect(refused).toThrow(expect.objectContaining({ code: 'invalid', field: 'extensionGallery' }) as Error);
  expect(refused).not.toThrow(/secret|token/);
});

it('makes of every web address templates whose only braces are their own', () => {
  fc.assert(
    fc.property(fc.webUrl(), (address) => {
      const { serviceUrl, resourceUrlTemplate } = layout(address);
      expect(URL.canParse(serviceUrl)).toBe(true);
      expect(resourceUrlTemplate.match(/[{}]/g)).toHaveLength(8);
    }),
    { numRuns: 30 },
  );
});
