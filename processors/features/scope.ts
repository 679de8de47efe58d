/**
 * What a judgement may look at: the subject's books, the event's own numbers, control, and what is
 * ordinary in the partition. One scope object a task is filled anew for each judgement, so features
 * read without making objects.
 */
import type { Control } from '../books/control.ts';
import type { Ordinary } from '../books/ordinary.ts';
import type { Subject } from '../books/subject.ts';
import type { Chunk } from './legs.ts';
import type { WindowPlan } from './windows.ts';

export type Side = 'outgoing' | 'incoming';

export interface Scope {
  /** Counts judgements, so that what several rules ask is computed once. */
  judgement: number;
  subject: Subject;
  /** Totals of the plan's windows as of `at`. */
  totals: readonly number[];
  /** Event time of what is judged, ms. */
  at: number;
  /** The leg that is judged. */
  chunk: Chunk;
  index: number;
  /** 0 outgoing, 1 incoming. */
  side: number;
  /** Amount of the event, base minor units. */
  amount: number;
  /** Kind of the transfer, by its position in TRANSFER_KINDS. */
  kind: number;
  /** Interned counterparty with its account. */
  counterparty: number;
  /** At a payee, the counterparty of the leg that an amendment replaces; −1 where it replaces none. */
  payerBefore: number;
  /** True while a later window is judged again because of a late leg. */
  late: boolean;
  /** True where the judged leg came beyond lateness. */
  beyondLateness: boolean;
  /** True where an amount could not be converted for want of a fresh rate. */
  rateMissing: boolean;
  /** Whether the instruction names a maker. */
  maker: boolean;
  /** Whether the event names the payer as a party: a customer of ours. */
  payerIsParty: boolean;
  /** Party and account of the subject's own end of the transfer. */
  ownEnds: () => readonly string[];
  control: Control;
  ordinary: Ordinary;
  /** Last tick, ms: the time of whatever has no event of its own. */
  tick: number;
  institution: Institution;
  /** Outcome that the transfer had before the status that is judged: 0 none, 1 accept, 2 hold, 3 reject. */
  outcomeBefore: number;
  /** Interned party → its id, and counterparty → interned party. */
  names: CounterpartyNames;
}

export interface CounterpartyNames {
  partyOf(counterparty: number): number;
  partyText(counterparty: number): string;
  accountText(counterparty: number): string;
}

/** Terms of the institution that runs Weir, from the settings. */
export interface Institution {
  readonly zone: string;
  readonly baseCurrency: string;
}

export type Unit = 'money' | 'count' | 'percent' | 'ms' | 'days' | 'text' | 'basisPoints' | 'perMillion';

/** A named number (指标) that rules read. `T` is what they get. */
export interface Feature<T = number> {
  readonly unit: Unit;
  /** The window that it needs counted on the way; null where it reads something else. */
  readonly window: { readonly sizeMs: number; readonly distinct: boolean } | null;
  /** Longest time back that it looks, ms; 0 where it looks at no window. */
  readonly reachMs: number;
  /**
   * True where it depends on legs in its reach and on the judged leg alone. Rules that read only such
   * features judge again when a late leg joins their window.
   */
  readonly fromLegs: boolean;
  /** True where it counts what was tried, whether money may pass or not. */
  readonly ofAttempts?: boolean;
  bind(plan: WindowPlan): (scope: Scope) => T;
}
