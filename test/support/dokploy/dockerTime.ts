/** Durations in Docker's own words (go-units): `Less than a second`, `5 seconds`, `About an hour`. */
export function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${String(seconds)} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${String(minutes)} minutes`;
  const hours = Math.round(minutes / 60);
  return hours === 1 ? 'About an hour' : `${String(hours)} hours`;
}

export const agoText = (ms: number): string => `${durationText(ms).toLowerCase()} ago`;
