/** Transfers that wait, and people who approve them. */
import type { Decision } from '../../schemas/decision.ts';
import type { Driver, Outputs } from './driver.ts';

/** Of a person: from the first amount on one other person must approve, from the second on two. */
export const NEEDS_ONE_PERSON = 20_000_000;
export const NEEDS_TWO_PEOPLE = 50_000_000;

/** Sends a transfer that `zhang` entered, and gives the decision on it. */
export function submit(driver: Driver, fields: { [name: string]: unknown } = {}): Decision {
  const { decisions } = driver.transfer({ transferId: 'T', minor: NEEDS_ONE_PERSON, maker: 'zhang', ...fields });
  return decisions[0]!;
}

let approvals = 0;

/** Says something on transfer T, as `li` from nowhere in particular unless told otherwise. */
export function approve(driver: Driver, fields: { [name: string]: unknown } = {}): Outputs {
  return driver.send('approvals', {
    approvalId: `A-${++approvals}`,
    transferId: 'T',
    revision: 1,
    action: 'approve',
    subject: 'payer',
    by: 'li',
    roles: ['approver'],
    ...fields,
  });
}
