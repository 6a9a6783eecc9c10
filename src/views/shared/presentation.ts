/** How a resource looks in a list: the state is in the text and in the icon's shape and colour. */
export interface Presentation {
  readonly label: string;
  readonly description: string;
  /** Tokens for `when` clauses, the kind first, each ended by a semicolon: `codeServer;running;autoStart;`. */
  readonly contextValue: string;
  /** A product icon and a theme colour; no colour where the theme's own is right. */
  readonly icon: string;
  readonly color: string | undefined;
  /** The whole row for a screen reader. */
  readonly accessibleLabel: string;
}
