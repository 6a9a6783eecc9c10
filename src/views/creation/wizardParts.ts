import type { Draft } from './draft.ts';
import type { Offer } from './offer.ts';

/** What the steps share. */
export interface Wizard {
  readonly title: string;
  readonly draft: Draft;
  /** To be asked for once the name was given: before that it may be under way. */
  readonly offer: () => Offer;
  readonly offersAdvanced: () => boolean;
}
