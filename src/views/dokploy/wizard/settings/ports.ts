import type { Localizer } from '../../../shared/l10n.ts';

/** A port of the Dokploy machine that leads to one of the workspace. */
export interface PublishedPort {
  readonly published: number;
  readonly target: number;
  readonly protocol: 'tcp' | 'udp';
}

/** `8080`, `8080:80` or `53:53/udp`, the outer port first as Docker has it. Undefined for what is none of these. */
export function parsePublishedPort(text: string): PublishedPort | undefined {
  const [, outer = '', inner = outer, protocol = 'tcp'] =
    /^(\d{1,5})(?:\s*:\s*(\d{1,5}))?(?:\s*\/\s*(tcp|udp))?$/i.exec(text.trim()) ?? [];
  const [published, target] = [Number(outer), Number(inner)];
  const isPort = (port: number): boolean => port >= 1 && port <= 65_535;
  if (!isPort(published) || !isPort(target)) return undefined;
  return { published, target, protocol: protocol.toLowerCase() === 'udp' ? 'udp' : 'tcp' };
}

export function portText({ published, target, protocol }: PublishedPort): string {
  return `${String(published)}:${String(target)}${protocol === 'udp' ? '/udp' : ''}`;
}

/** `others`: those that are published besides this one. */
export function publishedPortProblem(
  text: string,
  others: readonly PublishedPort[],
  l10n: Localizer,
): string | undefined {
  const port = parsePublishedPort(text);
  if (port === undefined) {
    return l10n.t('Enter a port such as 8080, or 8080:80 for port 80 of the workspace; add /udp for UDP.');
  }
  return others.some(({ published, protocol }) => published === port.published && protocol === port.protocol)
    ? l10n.t('Port {0} is published already.', String(port.published))
    : undefined;
}

/** Ports one after the other: `2222-2250` or one alone. Undefined for what is none of these. */
export function parsePortRange(text: string): { readonly from: number; readonly to: number } | undefined {
  const [, first = '', last = first] = /^(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const [from, to] = [Number(first), Number(last)];
  return from >= 1 && from <= to && to <= 65_535 ? { from, to } : undefined;
}

export function portRangeProblem(text: string, l10n: Localizer): string | undefined {
  return parsePortRange(text) === undefined
    ? l10n.t('Enter ports such as 2222-2250, the lower one first; from 1 to 65535.')
    : undefined;
}
