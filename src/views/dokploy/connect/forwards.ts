import * as vscode from 'vscode';
import type { Workspace, WorkspaceForward } from '../../../api/contract/dokploy.ts';
import { Failure } from '../../shared/errorView.ts';
import type { Session } from '../../shared/session.ts';
import type { DokployHost } from '../host.ts';
import { whileWorking } from '../progress.ts';
import { askTyped } from '../wizard/settings/typedPick.ts';
import { pageAddress } from './pages.ts';
import {
  parseRemotePort,
  portHints,
  remotePortProblem,
  remotePortText,
  type RemotePort,
  withPort,
} from './portInput.ts';

const recentKey = (workspaceId: string): string => `devyard.dokploy.ports.${workspaceId}`;

/** Asks for a port, or takes the one that is given, and makes it reachable here. */
export async function forwardPort(
  { session, memory, showError }: Pick<DokployHost, 'session' | 'memory' | 'showError'>,
  workspace: Workspace,
  given: RemotePort | undefined,
): Promise<void> {
  const recent = recentPorts(memory, workspace.id);
  const port = given ?? (await askForPort(workspace, recent));
  if (port === undefined) return;
  const known = workspace.forwards.find(
    ({ remotePort, remoteHost }) =>
      remotePort === port.remotePort && port.remoteHost === (isLocal(remoteHost) ? undefined : remoteHost),
  );
  const forward = known ?? (await open(session, workspace, port));
  await memory.update(recentKey(workspace.id), withPort(recent, remotePortText(port)));
  tell(workspace, forward).catch(showError);
}

async function open(session: Session, { id, name }: Workspace, port: RemotePort): Promise<WorkspaceForward> {
  const { l10n } = vscode;
  const { remotePort, remoteHost } = port;
  const text = remotePortText(port);
  const body = remoteHost === undefined ? { remotePort } : { remotePort, remoteHost };
  try {
    return await whileWorking(l10n.t('Forwarding port {0} of {1}', text, name), async ({ signal }) => {
      const { client } = await session.connect();
      return await client.call('dokploy.forward', { params: { id }, body }, { signal });
    });
  } catch (error) {
    throw new Failure(l10n.t('Could not forward port {0} of {1}', text, name), error, {
      workspaceId: id,
      retry: () => vscode.commands.executeCommand('devyard.dokploy.forwardPort', id, text),
    });
  }
}

async function tell({ name }: Workspace, { localPort, remotePort, remoteHost, url }: WorkspaceForward): Promise<void> {
  const { l10n } = vscode;
  const { address, forEditor } = await pageAddress(url);
  const remote = isLocal(remoteHost) ? String(remotePort) : `${remoteHost}:${String(remotePort)}`;
  const text = l10n.t('localhost:{0} leads to port {1} of {2}.', String(localPort), remote, name);
  const [openInBrowser, copy] = [l10n.t('Open in Browser'), l10n.t('Copy Address')];
  const chosen = await vscode.window.showInformationMessage(text, openInBrowser, copy);
  if (chosen === openInBrowser) await vscode.env.openExternal(forEditor);
  if (chosen === copy) await vscode.env.clipboard.writeText(address);
}

export async function removeForward(session: Session, workspace: Workspace, forward: WorkspaceForward): Promise<void> {
  const { l10n } = vscode;
  const { id, name } = workspace;
  const { remotePort } = forward;
  try {
    const { client } = await session.connect();
    await client.call('dokploy.removeForward', { params: { id }, query: { remotePort } });
  } catch (error) {
    throw new Failure(l10n.t('Could not end the forward of port {0} of {1}', String(remotePort), name), error, {
      workspaceId: id,
    });
  }
}

/** Which forward, where there are several. Undefined when the person gave up. */
export async function pickForward({ name, forwards }: Workspace): Promise<WorkspaceForward | undefined> {
  const { l10n } = vscode;
  const [first] = forwards;
  if (first === undefined) void vscode.window.showInformationMessage(l10n.t('No port of {0} is forwarded.', name));
  if (forwards.length < 2) return first;
  const items = forwards.map((forward) => ({
    label: l10n.t('Port {0}', String(forward.remotePort)),
    description: `localhost:${String(forward.localPort)}`,
    forward,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: l10n.t('Which forward to end?') });
  return picked?.forward;
}

async function askForPort(workspace: Workspace, recent: readonly string[]): Promise<RemotePort | undefined> {
  const { l10n } = vscode;
  const answer: { port: RemotePort | undefined } = { port: undefined };
  await askTyped(
    { title: l10n.t('Forward a Port of {0}', workspace.name), step: 1, totalSteps: 1 },
    {
      suggestions: portHints(workspace, recent, l10n).map(({ text, description }) => ({
        label: text,
        description,
        iconPath: new vscode.ThemeIcon('plug'),
        value: text,
      })),
      value: '',
      placeholder: l10n.t('Which port of the workspace? It becomes a port of localhost; nobody else gets to it'),
      problemOf: (text) => remotePortProblem(text, l10n),
      useIt: l10n.t('forward this port'),
      accept: (text) => {
        answer.port = parseRemotePort(text ?? '');
        return 'next';
      },
    },
  );
  return answer.port;
}

function recentPorts(memory: vscode.Memento, workspaceId: string): readonly string[] {
  const stored = memory.get<unknown>(recentKey(workspaceId));
  return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : [];
}

function isLocal(host: string): boolean {
  return ['127.0.0.1', 'localhost', '::1'].includes(host);
}
