import type { Workspace } from '../../../api/contract/dokploy.ts';
import type { Localizer } from '../../shared/l10n.ts';

/** A port of the workspace, or of a host that it can reach. */
export interface RemotePort {
  readonly remotePort: number;
  /** Undefined: the workspace itself. */
  readonly remoteHost: string | undefined;
}

/** `3000` or `db:5432`. Undefined for what is neither. */
export function parseRemotePort(text: string): RemotePort | undefined {
  const [, host, digits = ''] = /^(?:([\w.-]+|\[[0-9a-fA-F:]+\]):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  const remotePort = Number(digits);
  if (remotePort < 1 || remotePort > 65_535 || (host?.length ?? 0) > 255) return undefined;
  return { remotePort, remoteHost: host?.replaceAll(/[[\]]/g, '') };
}

export function remotePortProblem(text: string, l10n: Localizer): string | undefined {
  return parseRemotePort(text) === undefined
    ? l10n.t('Enter a port from 1 to 65535, or host:port for another host that the workspace reaches.')
    : undefined;
}

export function remotePortText({ remotePort, remoteHost }: RemotePort): string {
  if (remoteHost === undefined) return String(remotePort);
  return `${remoteHost.includes(':') ? `[${remoteHost}]` : remoteHost}:${String(remotePort)}`;
}

export interface PortHint {
  readonly text: string;
  /** Why it is suggested. */
  readonly description: string;
}

/** What is worth suggesting: ports that were forwarded before, those it publishes, and what development servers usually take. */
export function portHints(
  { ports, forwards }: Pick<Workspace, 'ports' | 'forwards'>,
  recent: readonly string[],
  l10n: Localizer,
): readonly PortHint[] {
  const usual: readonly PortHint[] = [
    { text: '3000', description: l10n.t('usual for Node.js and Rails') },
    { text: '5173', description: l10n.t('usual for Vite') },
    { text: '8000', description: l10n.t('usual for Django and other Python servers') },
    { text: '8080', description: l10n.t('usual for Java and many others') },
  ];
  const hints = [
    ...recent.map((text) => ({ text, description: l10n.t('forwarded before') })),
    ...ports.map(({ target }) => ({ text: String(target), description: l10n.t('published by the workspace') })),
    ...usual,
  ];
  const open = new Set(forwards.map(({ remotePort }) => String(remotePort)));
  return hints.filter(({ text }, index) => !open.has(text) && hints.findIndex((one) => one.text === text) === index);
}

const most = 8;

/** The newest first, each once. */
export function withPort(recent: readonly string[], text: string): readonly string[] {
  return [text, ...recent.filter((one) => one !== text)].slice(0, most);
}
