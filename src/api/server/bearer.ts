import { timingSafeEqual } from 'node:crypto';

/** Checks `Authorization: Bearer <token>` against the daemon's token in a time that tells nothing about it but its length. */
export function createBearerCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = Buffer.from(token);
  return (authorization) => {
    const text = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (text === undefined) return false;
    const given = Buffer.from(text);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
}
