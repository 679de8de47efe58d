/** Asks what counts against a payer's day, through the rule that looks at it. */
import type { Driver } from './driver.ts';

let probes = 0;

/** Outgoing total of the payer's day, minor units: told by a probe of one fen that the limit of nothing rejects. */
export function reservedBy(driver: Driver, payer = 'payer'): number {
  driver.settings('rules: {limit-day: {options: {limit: {minor: 0, currency: CNY}}}}');
  const probe = driver.transfer({ from: payer, to: 'nobody', minor: 1, transferId: `probe-${++probes}` });
  driver.settings('{}');
  const reason = probe.decisions[0]!.reasons.find((one) => one.rule === 'limit-day')!;
  return reason.evidence.find(({ name }) => name === 'dayTotal')!.number! - 1;
}
