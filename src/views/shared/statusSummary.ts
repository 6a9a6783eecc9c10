/** What an item in the status bar says. */
export interface StatusSummary {
  /** An icon and a number, as in `$(server) 2`; with `✕1` what failed, with `$(loading~spin)` what is under way. */
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  readonly accessibleLabel: string;
  /** Something waits for the person, who cannot go on without it. */
  readonly blocked: boolean;
}
