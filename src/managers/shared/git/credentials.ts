const userInfo = /\b([a-z][a-z0-9+.-]*):\/\/([^\s/'"<>]*)@/gi;

/**
 * Hides the user part of each URL in a text that is shown or kept, except a plain user name of ssh. Git repeats URLs, also
 * those which a person's `url.<base>.insteadOf` made.
 */
export function maskCredentials(text: string): string {
  return text.replace(userInfo, (whole, scheme: string, user: string) =>
    scheme.toLowerCase() === 'ssh' && !user.includes(':') ? whole : `${scheme}://***@`,
  );
}

/** What hosts of Git give out as tokens. People paste them as user names too: `https://ghp_…@github.com/…`. */
const tokenPrefix =
  /^(gh[a-z]_|github_pat_|gl[a-z]{2,5}-|ATBB|ATCTT|AT[A-Z]{3}3x|oauth2$|x-|npm_|hf_|sk-|key-|bearer)/i;

/** Whether a user name of a URL is more likely a secret than a name. */
export function looksLikeToken(user: string): boolean {
  return tokenPrefix.test(user) || (/^[a-z0-9_-]{24,}$/i.test(user) && /\d/.test(user));
}
