/**
 * The peer's seven rules in Weir's contract: the same conditions and thresholds as `Names.java`, told of
 * every transfer for which they hold. They are for the comparison alone; what Weir ships is in
 * `processors/rules/`.
 */
import { z } from 'zod';
import { dayTotal } from '../../processors/features/account-features.ts';
import { amount, countInBand, eachLeg, payeeAccount } from '../../processors/features/leg-features.ts';
import type { Feature, Scope } from '../../processors/features/scope.ts';
import { attempts, distinct } from '../../processors/features/window-features.ts';
import { alert, type EvidenceLabels, pass, type Rule, type RuleSpec, rule } from '../../processors/rules/contract.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time.ts';

export const DAILY_LIMIT_MINOR = 50_000_000;
export const VELOCITY = { count: 5, windowMs: 30 * MINUTE_MS } as const;
export const STRUCTURING = { from: 4_250_000, to: 5_000_000, count: 3, windowMs: 7 * DAY_MS } as const;
export const FAN_OUT = { count: 5, windowMs: 8 * HOUR_MS } as const;
export const NEW_CREDITOR_MINOR = 1_000_000;
export const SPIKE = { count: 20, deviations: 3 } as const;
export const FAN_IN = { count: 5, windowMs: DAY_MS } as const;

/** What all of them share; none has options. */
const plain = {
  version: 1,
  family: 'anomaly',
  code: 'review',
  restricted: false,
  options: z.strictObject({}),
} as const satisfies Partial<RuleSpec<'outgoing', z.ZodObject, Record<string, never>, EvidenceLabels>>;

const dailyLimit = rule({
  ...plain,
  id: 'daily-limit',
  title: { en: 'Daily limit', zh: '单日限额' },
  message: { en: '{total} on one day.', zh: '单日合计 {total}。' },
  evidence: { total: { en: 'Total of the day', zh: '当日累计' } },
  on: ['outgoing'],
  features: () => ({ total: dayTotal() }),
  judge: ({ features: { total } }) => (total > DAILY_LIMIT_MINOR ? alert('medium', { total }) : pass),
});

const velocity = rule({
  ...plain,
  id: 'velocity',
  title: { en: 'Velocity', zh: '高频交易' },
  message: { en: '{attempts} transfers within 30 min.', zh: '30 分钟内 {attempts} 笔。' },
  evidence: { attempts: { en: 'Transfers', zh: '笔数' } },
  on: ['outgoing'],
  features: () => ({ attempts: attempts('outgoing', VELOCITY.windowMs) }),
  judge: ({ features: { attempts } }) => (attempts >= VELOCITY.count ? alert('medium', { attempts }) : pass),
});

const structuring = rule({
  ...plain,
  id: 'structuring',
  title: { en: 'Structuring', zh: '拆分交易' },
  message: { en: '{counted} transfers just below the threshold.', zh: '略低于阈值的转账 {counted} 笔。' },
  evidence: { counted: { en: 'Transfers', zh: '笔数' } },
  on: ['outgoing'],
  features: () => ({
    amount: amount(),
    counted: countInBand('outgoing', STRUCTURING.windowMs, STRUCTURING.from, STRUCTURING.to),
  }),
  judge: ({ features }) => {
    if (features.amount < STRUCTURING.from || features.amount >= STRUCTURING.to) return pass;
    const { counted } = features;
    return counted >= STRUCTURING.count ? alert('medium', { counted }) : pass;
  },
});

const fanOut = rule({
  ...plain,
  id: 'fan-out',
  title: { en: 'Fan-out', zh: '分散转出' },
  message: { en: '{payees} payees within 8 h.', zh: '8 小时内 {payees} 个收款人。' },
  evidence: { payees: { en: 'Payees', zh: '收款人' } },
  on: ['outgoing'],
  features: () => ({ payees: distinct('outgoing', FAN_OUT.windowMs) }),
  judge: ({ features: { payees } }) => (payees >= FAN_OUT.count ? alert('medium', { payees }) : pass),
});

const newCreditor = rule({
  ...plain,
  id: 'new-creditor',
  title: { en: 'New creditor', zh: '新收款人' },
  message: { en: '{amount} to a new payee.', zh: '向新收款人支付 {amount}。' },
  evidence: { amount: { en: 'Amount', zh: '金额' } },
  on: ['outgoing'],
  features: () => ({ amount: amount(), known: payeeAccount() }),
  judge: ({ features }) => {
    const { amount } = features;
    return amount > NEW_CREDITOR_MINOR && features.known === 0 ? alert('medium', { amount }) : pass;
  },
});

const amountSpike = rule({
  ...plain,
  id: 'amount-spike',
  title: { en: 'Amount spike', zh: '金额突增' },
  message: { en: '{hundredths} hundredths of a standard deviation.', zh: '偏离 {hundredths}% 个标准差。' },
  evidence: { hundredths: { en: 'Hundredths of a standard deviation', zh: '标准差的百分之几' } },
  on: ['outgoing'],
  features: () => ({ hundredths: deviationHundredths() }),
  judge: ({ features: { hundredths } }) =>
    hundredths >= SPIKE.deviations * 100 ? alert('medium', { hundredths: Math.round(hundredths) }) : pass,
});

const fanIn = rule({
  ...plain,
  id: 'fan-in',
  title: { en: 'Fan-in', zh: '集中转入' },
  message: { en: '{payers} payers within 24 h.', zh: '24 小时内 {payers} 个付款人。' },
  evidence: { payers: { en: 'Payers', zh: '付款人' } },
  on: ['incoming'],
  features: () => ({ payers: distinct('incoming', FAN_IN.windowMs) }),
  judge: ({ features: { payers } }) => (payers >= FAN_IN.count ? alert('medium', { payers }) : pass),
});

export const RULES: readonly Rule[] = [dailyLimit, velocity, structuring, fanOut, newCreditor, amountSpike, fanIn];

/** How far the amount lies above the mean of all payments before it, in hundredths of their sample deviation. */
function deviationHundredths(): Feature {
  return { unit: 'count', window: null, reachMs: 0, fromLegs: false, bind: () => readDeviation };
}

function readDeviation(scope: Scope): number {
  let count = 0;
  let mean = 0;
  let squares = 0;
  eachLeg(scope, 0, Number.POSITIVE_INFINITY, (chunk, index) => {
    if (chunk === scope.chunk && index === scope.index) return true;
    const delta = chunk.amount(index) - mean;
    mean += delta / ++count;
    squares += delta * (chunk.amount(index) - mean);
    return true;
  });
  if (count < SPIKE.count || squares <= 0) return 0;
  return (100 * (scope.amount - mean)) / Math.sqrt(squares / (count - 1));
}
