/** How the port room calls who has a port. */
export const holderName = (name: string): string => `the code-server “${name}”`;
