import { type Decode, fieldsOf } from './decode.ts';
import type { KeyOwner } from './types.ts';

/** Answer of user.get. The flags of owners and administrators are all false, for those may do everything. */
export const keyOwnerShape: Decode<KeyOwner> = (value, path) => {
  const member = fieldsOf(value, path);
  const role = member.words('role');
  const isMember = role === 'member';
  const may = (flag: string): boolean => !isMember || member.flag(flag);
  return {
    role,
    mayCreateProjects: may('canCreateProjects'),
    mayCreateServices: may('canCreateServices'),
    mayDeleteServices: may('canDeleteServices'),
    maySeeContainers: may('canAccessToDocker'),
  };
};
