/** Which steps may follow from where an alert stands. The fold refuses all others, and nobody is offered them. */
import type { AlertStatus } from './alert.ts';
import type { AlertAction } from './events/alert-action.ts';

export const STEPS_PERMITTED: { readonly [status in AlertStatus]: readonly AlertAction['action'][] } = {
  open: ['assign', 'investigate', 'close', 'snooze', 'comment'],
  assigned: ['assign', 'investigate', 'close', 'snooze', 'comment'],
  investigating: ['assign', 'investigate', 'close', 'snooze', 'comment'],
  // To take a report back, one looks into the alert again.
  reporting: ['assign', 'investigate', 'close', 'comment'],
  closed: ['reopen', 'comment'],
};
