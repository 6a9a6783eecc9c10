export interface CodeServerLayout {
  readonly folder: string;
  readonly launcher: string;
  readonly entry: string;
  readonly vscode: string;
  readonly serverMain: string;
  readonly node: string;
}
export declare function ensureCodeServer(): Promise<
  { layout: CodeServerLayout } | { layout?: undefined; reason: string }
>;
