export interface CodeServerLayout {
  readonly launcher: string;
  readonly serverMain: string;
  readonly node: string;
}
export declare function ensureCodeServer(): Promise<
  { layout: CodeServerLayout } | { layout?: undefined; reason: string }
>;
