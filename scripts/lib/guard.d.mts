export declare const guardScript: string;
