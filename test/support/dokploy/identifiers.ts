import { randomBytes, randomInt } from 'node:crypto';

/** 21 characters of the alphabet that Dokploy's row ids have. */
export const rowId = (): string => randomBytes(16).toString('base64url').slice(0, 21);

function letters(count: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('');
}

const words = ['bypass', 'optical', 'array', 'pixel', 'sensor', 'matrix', 'copy', 'virtual', 'driver', 'firewall'];
const word = (): string => words[randomInt(words.length)] ?? 'array';

/** A name always gets six letters at its end (recorded answers 26 to 28), so a repeated creation never collides. */
export const appNameFrom = (wish: string | undefined, kind: string): string =>
  `${wish ?? `${kind}-${word()}-${word()}-${word()}`}-${letters(6)}`;

/** As swarm names tasks. */
export const taskId = (): string => letters(25);

export const containerId = (): string => randomBytes(32).toString('hex');
