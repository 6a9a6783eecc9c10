import { createHash, timingSafeEqual } from 'node:crypto';

/** Checks `Authorization: Bearer <token>` against the daemon's token in a time that tells nothing about it. */
export function createBearerCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = digest(token);
  return (authorization) => {
    const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

/** Hashing first makes both sides equally long, as the comparison demands. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
