/**
 * The key of each record of a public topic, as `TOPICS` says in words: whom or what the record is about, so that
 * outsiders may partition or compact by it. Weir itself goes by no key; `access` is compacted by it.
 */
import type { EventOf, EventTopic } from './journal.ts';

/** Keys of what producers write, from an event in inner form; null for topics whose records have none. */
const KEYS: { readonly [K in Exclude<EventTopic, 'voids'>]: ((event: EventOf<K>) => string) | null } = {
  transfers: ({ debtor }) => debtor.party ?? debtor.account,
  customers: ({ customerId }) => customerId,
  approvals: ({ subject }) => subject,
  invoices: ({ customer }) => customer,
  payments: ({ customer }) => customer,
  balances: ({ party }) => party,
  'profile-changes': ({ party }) => party,
  activity: ({ party }) => party,
  statements: ({ account }) => account,
  control: null,
  'alert-actions': ({ subject }) => subject,
};

export function inputKeyOf<K extends Exclude<EventTopic, 'voids'>>(topic: K): ((event: EventOf<K>) => string) | null {
  return KEYS[topic];
}

/** Topics whose key is the first field of their record, so that it can be taken from the encoded value. */
export const KEYED_BY_FIRST_FIELD: ReadonlySet<string> = new Set([
  'decisions',
  'alerts',
  'credit-ratings',
  'access',
  'sessions',
]);
