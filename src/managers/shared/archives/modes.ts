/**
 * Permissions to make a file or folder with, from those in the archive: never more open than there, never set-id or sticky,
 * never writable for others, always usable for the owner. The process's umask applies on top, as for any new file.
 */
export const fileMode = (mode: number | undefined): number => ((mode ?? 0o644) & 0o755) | 0o600;

export const folderMode = (mode: number | undefined): number => ((mode ?? 0o755) & 0o755) | 0o700;
