export declare function ensureSshd(): Promise<{ path: string } | { path?: undefined; reason: string }>;
