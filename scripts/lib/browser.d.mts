export declare function ensureChromium(): Promise<{ path: string } | { path?: undefined; reason: string }>;
