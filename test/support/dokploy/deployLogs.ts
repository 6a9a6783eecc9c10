export type DeployLogs = ReturnType<typeof openDeployLogs>;

/** The log files of deployments, by path, with those who follow them. */
export function openDeployLogs() {
  const texts = new Map<string, string>();
  const followers = new Map<string, Set<(text: string) => void>>();
  return {
    append(path: string, text: string): void {
      texts.set(path, (texts.get(path) ?? '') + text);
      for (const take of followers.get(path) ?? []) take(text);
    },
    read(path: string, tail: number): string {
      const text = texts.get(path) ?? '';
      return text
        .split('\n')
        .slice(-tail - 1)
        .join('\n');
    },
    /** `tail -n +1 -f`: what is there, then what comes. Returns what ends it. */
    follow(path: string, take: (text: string) => void): () => void {
      const text = texts.get(path) ?? '';
      if (text !== '') take(text);
      const those = followers.get(path) ?? new Set();
      followers.set(path, those.add(take));
      return () => those.delete(take);
    },
  };
}
