export declare function ensureDocker(): Promise<
  { socket: string; close: () => Promise<void> } | { socket?: undefined; reason: string }
>;
