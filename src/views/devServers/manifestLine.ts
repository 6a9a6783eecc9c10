/** The line, from 1, at which a devyard.yaml declares a project; 1 where it cannot be found. */
export function manifestLine(text: string, pluginId: string): number {
  const declares = /^\s*(?:-\s+)?id\s*:\s*(?:"([^"]*)"|'([^']*)'|([^#]*?))\s*(?:#.*)?$/;
  const index = text.split(/\r?\n/).findIndex((line) => {
    const [, double, single, plain] = declares.exec(line) ?? [];
    return (double ?? single ?? plain) === pluginId;
  });
  return index + 1 || 1;
}
