/**
 * What is known of a transfer beyond its leg, once it is more than one accepted event: a handful of
 * numbers, kept as long as the leg.
 */
export interface TransferDetail {
  /** Hashes of its events after the first, and of their content, in turn. */
  events: number[];
  /** Revision of its decision; 0 where it has none (it was monitored). */
  revision: number;
  /** What was settled and returned so far, base minor units. */
  settledMinor: number;
  returnedMinor: number;
  /** Rate that converted it, kept with it: numerator and denominator; 1 and 1 in the base currency. */
  numerator: number;
  denominator: number;
}
