/** Every rule, one line each. The order is the order of reasons in a decision. */
import { fanIn } from './aml/fan-in.ts';
import { fanOut } from './aml/fan-out.ts';
import { largeValue } from './aml/large-value.ts';
import { passThrough } from './aml/pass-through.ts';
import { structuring } from './aml/structuring.ts';
import { amountSpike } from './anomaly/amount-spike.ts';
import { dormantAccount } from './anomaly/dormant-account.ts';
import { newPayeeAccount } from './anomaly/new-payee-account.ts';
import { sharedDevice } from './anomaly/shared-device.ts';
import { velocity } from './anomaly/velocity.ts';
import { payerChanged } from './conduct/payer-changed.ts';
import { settledWithoutRelease } from './conduct/settled-without-release.ts';
import type { Rule } from './contract.ts';
import { creditUtilisation } from './credit/credit-utilisation.ts';
import { lowRating } from './credit/low-rating.ts';
import { largeAmountApproval } from './limits/large-amount-approval.ts';
import { limitDay } from './limits/limit-day.ts';
import { limitMonth } from './limits/limit-month.ts';
import { limitTransaction } from './limits/limit-transaction.ts';
import { payoutsStopped } from './limits/payouts-stopped.ts';
import { rateMissingRule } from './limits/rate-missing.ts';
import { overdueAmount } from './overdue/overdue-amount.ts';
import { overdueDays } from './overdue/overdue-days.ts';
import { frozenParty } from './screening/frozen-party.ts';
import { listedParty } from './screening/listed-party.ts';

export const RULES: readonly Rule[] = [
  frozenParty,
  payoutsStopped,
  listedParty,
  rateMissingRule,
  limitTransaction,
  limitDay,
  limitMonth,
  largeAmountApproval,
  lowRating,
  velocity,
  amountSpike,
  newPayeeAccount,
  dormantAccount,
  sharedDevice,
  largeValue,
  structuring,
  fanIn,
  fanOut,
  passThrough,
  settledWithoutRelease,
  payerChanged,
  overdueDays,
  overdueAmount,
  creditUtilisation,
];
