/**
 * What a row of the view *Dokploy* stands for. Rows, links and menus pass its id around, which is a string, so that a row
 * stays itself over every change: `<server>`, `<workspace>`, `<server>/project/<key>`,
 * `<server>/project/<key>/environment/<key>` or `<workspace>/forward/<remote port>`. Keys are Dokploy's ids, or a name where
 * there is no id yet.
 */
export type DokployItem =
  /** A server or a workspace: which of the two is known by whoever has it. */
  | { readonly kind: 'resource'; readonly id: string }
  | { readonly kind: 'project'; readonly serverId: string; readonly project: string }
  | { readonly kind: 'environment'; readonly serverId: string; readonly project: string; readonly environment: string }
  | { readonly kind: 'forward'; readonly workspaceId: string; readonly remotePort: number };

export function projectItemId(serverId: string, project: string): string {
  return `${serverId}/project/${encodeURIComponent(project)}`;
}

export function environmentItemId(serverId: string, project: string, environment: string): string {
  return `${projectItemId(serverId, project)}/environment/${encodeURIComponent(environment)}`;
}

export function forwardItemId(workspaceId: string, remotePort: number): string {
  return `${workspaceId}/forward/${String(remotePort)}`;
}

/** Undefined for what is no row's id: arguments of commands come from anywhere. */
export function dokployItemOf(argument: unknown): DokployItem | undefined {
  if (typeof argument !== 'string' || argument === '') return undefined;
  const [id = '', kind, key, below, belowKey, ...more] = argument.split('/');
  if (id === '' || more.length > 0) return undefined;
  if (kind === undefined) return { kind: 'resource', id };
  if (key === undefined || key === '') return undefined;
  if (kind === 'forward' && below === undefined) {
    return /^\d{1,5}$/.test(key) ? { kind: 'forward', workspaceId: id, remotePort: Number(key) } : undefined;
  }
  const project = decoded(key);
  if (kind !== 'project' || project === undefined) return undefined;
  if (below === undefined) return { kind: 'project', serverId: id, project };
  const environment = decoded(belowKey ?? '');
  if (below !== 'environment' || environment === undefined || environment === '') return undefined;
  return { kind: 'environment', serverId: id, project, environment };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
