/** Name of somebody who logs in: useradd(8) as most systems have it. */
export const unixUser = /^[a-z_][a-z0-9_-]{0,31}$/;
