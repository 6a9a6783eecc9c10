export declare function ensureVsix(file: string): Promise<string>;
