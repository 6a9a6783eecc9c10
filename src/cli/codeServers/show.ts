import type { CodeServer } from '../../api/contract/codeServers.ts';
import { print, printJson } from '../output.ts';
import { serverLine } from '../text.ts';

export function showServer(server: CodeServer, { json }: { readonly json: boolean }): number {
  return json ? printJson(server) : print(serverLine(server));
}
