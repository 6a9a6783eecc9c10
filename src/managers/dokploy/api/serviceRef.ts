import { isDokployFailure } from './failure.ts';
import type { ServiceRef } from './types.ts';

/** How procedures name a service: `applicationId` or `composeId`. */
export const idOf = ({ kind, id }: ServiceRef): Readonly<Record<string, string>> => ({ [`${kind}Id`]: id });

/** What was to go may be gone already. */
export async function gone(removal: Promise<undefined>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!isDokployFailure(error, 'not-found')) throw error;
  }
}
