/**
 * Whether a document of scheme `output` is what the editor shows of an extension's output channel.
 * Path of such a document: `extension-output-<publisher.name>-#<number>-<channel name>`
 * (`$register` in VS Code's src/vs/workbench/api/browser/mainThreadOutputService.ts).
 */
export function isOutputOf(path: string, extensionId: string, channelName: string): boolean {
  const start = `extension-output-${extensionId}-#`.toLowerCase();
  const bare = path.replace(/^\//, '');
  if (!bare.toLowerCase().startsWith(start)) return false;
  const rest = bare.slice(start.length);
  const dash = rest.indexOf('-');
  return dash > 0 && /^\d+$/.test(rest.slice(0, dash)) && rest.slice(dash + 1) === channelName;
}
