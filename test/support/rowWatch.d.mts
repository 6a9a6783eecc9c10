export declare function watchRow(texts: readonly [row: string, text: string]): void;
export declare function sawAt(): number | undefined;
