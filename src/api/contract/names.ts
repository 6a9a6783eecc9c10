/** What names may be, for every face that checks them before it asks. */

/** Of somebody who logs in to a workspace: useradd(8) as most systems have it. */
export const unixUser = /^[a-z_][a-z0-9_-]{0,31}$/;

/** Of a workspace, besides its length. */
export const workspaceName = /^[a-zA-Z0-9][a-zA-Z0-9 ._-]*$/;
/** Characters. */
export const longestWorkspaceName = 63;
