export declare function cleanEnvironment(
  node?: string,
  extra?: Readonly<Record<string, string>>,
): Record<string, string | undefined>;
