import { randomBytes } from 'node:crypto';
import { rowId } from './identifiers.ts';
import { RpcError } from './rpc.ts';

export interface KeyOptions {
  /** Made with Dokploy's default options: ten verifications a day, and a request costs two. */
  readonly limited?: boolean;
  /** Procedures, or routers (`docker`), whose use is denied to its owner. */
  readonly denied?: readonly string[];
  /** Its owner is a member with these flags of `user.get`, such as `canCreateServices`, instead of the owner. */
  readonly member?: Readonly<Record<string, boolean>>;
  /** How the denial is worded; most of Dokploy says UNAUTHORIZED. */
  readonly denial?: 'UNAUTHORIZED' | 'FORBIDDEN';
}

interface Key extends KeyOptions {
  readonly id: string;
  readonly createdAt: string;
  verifications: number;
}

export type Keys = ReturnType<typeof openKeys>;

const limit = 10;

export function openKeys() {
  const keys = new Map<string, Key>();
  return {
    create(options: KeyOptions = {}): string {
      const key = randomBytes(48).toString('base64url').replaceAll(/[-_]/gu, 'x');
      keys.set(key, { ...options, id: rowId(), createdAt: new Date().toISOString(), verifications: 0 });
      return key;
    },
    revoke(key: string): void {
      keys.delete(key);
    },
    /** Whether a request with that header passes; counts it. */
    admits(key: string | undefined): boolean {
      const found = key === undefined ? undefined : keys.get(key);
      if (found === undefined) return false;
      found.verifications += 2;
      return found.limited !== true || found.verifications <= limit;
    },
    /** Throws the denial of a procedure that the key's owner may not use. */
    check(key: string, procedure: string): void {
      const { denied = [], denial = 'UNAUTHORIZED' } = keys.get(key) ?? {};
      const router = procedure.split('.')[0] ?? '';
      if (denied.includes(procedure) || denied.includes(router))
        throw new RpcError(denial, 'You do not have permission to perform this action');
    },
    member: (key: string): Readonly<Record<string, boolean>> | undefined => keys.get(key)?.member,
    list: (): { id: string; name: string; enabled: boolean; createdAt: string }[] =>
      [...keys.values()].map(({ id, createdAt }, at) => ({ id, name: `key ${String(at)}`, enabled: true, createdAt })),
  };
}
