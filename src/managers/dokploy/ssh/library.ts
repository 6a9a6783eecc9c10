import type * as ssh2 from 'ssh2';

/**
 * ssh2, loaded when it is first needed: that takes 60 ms, which what only asks for a status need not spend.
 * Its `utils` are no named export to Node.js.
 */
export async function loadSsh2(): Promise<typeof ssh2> {
  return (await import('ssh2')).default;
}
