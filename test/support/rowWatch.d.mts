export declare function watchRow(texts: readonly [row: string, text: string]): void;
export declare function sawAt(): number | undefined;
export declare function watchRowCount(): void;
export declare function fewestRows(): number | undefined;
