/**
 * What names a message (`eventId`): its own, or what it is made of where the sender gives none. Intake
 * answers with it, and whoever recognises repeats goes by it, so there is one rule for all.
 */
import type { Activity } from './events/activity.ts';
import type { AlertAction } from './events/alert-action.ts';
import type { Approval } from './events/approval.ts';
import type { Balance } from './events/balance.ts';
import type { Control } from './events/control.ts';
import type { Customer } from './events/customer.ts';
import type { Invoice } from './events/invoice.ts';
import type { Payment } from './events/payment.ts';
import type { ProfileChange } from './events/profile-change.ts';
import type { Statement } from './events/statement.ts';
import { transferEventId } from './events/transfer.ts';
import type { Void } from './events/void.ts';
import type { EventOf, EventTopic } from './journal.ts';

/** Statuses in ids are the inner form, and times are milliseconds: `T-1#partially_settled`, `C-1#1772329800000`. */
const NAMES: { readonly [K in EventTopic]: (event: EventOf<K>) => string } = {
  transfers: transferEventId,
  customers: (event: Customer) => event.eventId ?? `${event.customerId}#${event.at}`,
  approvals: (event: Approval) => event.approvalId,
  invoices: (event: Invoice) => event.eventId ?? `${event.invoiceId}#${event.status}#${event.at}`,
  payments: (event: Payment) => event.eventId ?? `${event.paymentId}#${event.status}`,
  balances: (event: Balance) => event.eventId ?? `${event.account}#${event.at}`,
  'profile-changes': (event: ProfileChange) => event.eventId ?? `${event.changeId}#${event.status}`,
  activity: (event: Activity) => event.activityId,
  statements: (event: Statement) => event.lineId,
  control: (event: Control) => event.controlId,
  voids: (event: Void) => event.eventId,
  'alert-actions': (event: AlertAction) => event.actionId,
};

export function eventIdOf<K extends EventTopic>(topic: K, event: EventOf<K>): string {
  return NAMES[topic](event);
}
