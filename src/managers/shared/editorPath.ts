/**
 * A PATH without the editor's remote command line, which its terminals and extension hosts have first in theirs: what a
 * server's own people type must not reach this window.
 */
export function withoutEditor(path: string, platform: NodeJS.Platform = process.platform): string {
  const delimiter = platform === 'win32' ? ';' : ':';
  return path
    .split(delimiter)
    .filter((folder) => !/[/\\]bin[/\\]remote-cli[/\\]?$/.test(folder))
    .join(delimiter);
}
