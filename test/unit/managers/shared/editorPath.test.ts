import { expect, it } from 'vitest';
import { withoutEditor } from '../../../../src/managers/shared/editorPath.ts';

it("leaves the editor's remote command line out of a PATH", () => {
  expect(withoutEditor('/opt/cs/lib/vscode/bin/remote-cli:/usr/bin:/bin', 'linux')).toBe('/usr/bin:/bin');
  expect(withoutEditor(String.raw`C:\cs\bin\remote-cli;C:\Windows`, 'win32')).toBe(String.raw`C:\Windows`);
});
