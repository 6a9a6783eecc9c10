import type { DokployServer, Workspace } from '../../api/contract/dokploy.ts';
import { print, printJson } from '../output.ts';
import { plain } from '../text.ts';

type FailingConnection = Extract<DokployServer['connection'], { status: 'failing' }>;

/** One server in a line. */
export function serverLine({ id, name, url, certificate, connection }: DokployServer): string {
  const pinned = certificate === null ? [] : ['pinned certificate'];
  return `${id}  ${plain(name)}  ${[connectionText(connection), ...pinned].join(' · ')}  ${url}`;
}

function connectionText(connection: DokployServer['connection']): string {
  switch (connection.status) {
    case 'unknown':
      return 'not asked yet';
    case 'connected':
      return `connected · ${plain(connection.version)}`;
    case 'failing':
      return `${connection.problem} · ${plain(connection.reason)}`;
  }
}

/** What keeps a server from being used, and what to do. */
export function failureLines(name: string, { reason, hint, certificate }: FailingConnection): readonly string[] {
  const lines = [`“${plain(name)}”: ${plain(reason)}`, ...(hint === undefined ? [] : [plain(hint)])];
  if (certificate === undefined) return lines;
  const { fingerprint, subject, issuer, validFrom, validTo } = certificate;
  return [
    ...lines,
    'It offers this certificate:',
    `  SHA-256  ${plain(fingerprint)}`,
    `  subject  ${plain(subject)}`,
    `  issuer   ${plain(issuer)}`,
    `  valid    ${plain(validFrom)} to ${plain(validTo)}`,
    'If the machine itself says the same fingerprint, accept this certificate and no other:',
    `  devyard dokploy server set "${plain(name)}" --certificate ${plain(fingerprint)}`,
  ];
}

/** A workspace and what leads to it, each in a line. */
export function workspaceLines(workspace: Workspace): readonly string[] {
  const { id, name, managed, project, environment, endpoint, domains, forwards } = workspace;
  const notes = [stateText(workspace), ...(managed === 'no' ? ['not managed'] : [])];
  const login = endpoint === null ? [] : [`${endpoint.user}@${endpoint.host}:${String(endpoint.port)}`];
  return [
    [id, plain(name), notes.join(' · '), `${plain(project.name)} / ${plain(environment.name)}`, ...login].join('  '),
    ...domains.map((domain) => `  ${plain(domain)}`),
    ...forwards.map(
      ({ url, remoteHost, remotePort, state }) =>
        `  ${url} → ${remoteHost}:${String(remotePort)}${state === 'open' ? '' : ' · waiting for the connection'}`,
    ),
  ];
}

function stateText({ state }: Workspace): string {
  switch (state.status) {
    case 'stopped':
    case 'gone':
      return state.status;
    case 'unverified':
    case 'failed':
      return `${state.status} · ${plain(state.reason)}`;
    case 'deploying':
      return `deploying · ${plain(state.step)}`;
    case 'running':
      return ['running', plain(state.node)].filter((part) => part !== '').join(' · ');
  }
}

export function showWorkspace(workspace: Workspace, { json }: { readonly json: boolean }): number {
  if (json) return printJson(workspace);
  for (const line of workspaceLines(workspace)) print(line);
  return 0;
}
