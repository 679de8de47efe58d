/** What the generator gives out: events of the public topics, each with the moment at which it arrives. */
import type { EventOf } from '../../schemas/journal.ts';

export type DemoTopic = 'customers' | 'transfers' | 'invoices' | 'payments' | 'activity' | 'profile-changes';

/** An event in its inner form, and the topic that it belongs to. */
export type GeneratedEvent = {
  readonly [K in DemoTopic]: { readonly topic: K; readonly event: EventOf<K> };
}[DemoTopic];

export type Arrival = GeneratedEvent & {
  /** When it reaches us: seldom much later than it happened. */
  readonly arrivesAt: number;
};
