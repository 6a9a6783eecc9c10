/**
 * What view code without vscode needs of `vscode.l10n`, which satisfies it. Pure functions take it as a parameter named
 * `l10n`, so that a scan for `l10n.t(` finds every string a person can see.
 */
export interface Localizer {
  t(message: string, ...args: (string | number | boolean)[]): string;
}
