/**
 * A day of ordinary life, and in it one case of each typology. People earn, shop, pay rent and help their
 * families; the planted amounts, times and repeats lie among theirs. What is found must be what was planted.
 */
import { Random } from '../../producers/demo/random.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time.ts';
import { type Found, Script, shanghai } from './script.ts';

const SEED = 20_260_302;
const TODAY = shanghai('2026-03-02');
const MONTH_BEFORE = shanghai('2026-02-03');

const PEOPLE = Array.from({ length: 40 }, (_none, index) => `P-${String(index + 1).padStart(2, '0')}`);
const SHOPS = Array.from({ length: 6 }, (_none, index) => `M-${index + 1}`);

export const found: Found = {
  'amount-spike': ['Q-SPIKE'],
  'dormant-account': ['Q-SLEEP'],
  'fan-in': ['Q-HUB'],
  'fan-out': ['Q-SPREAD'],
  'frozen-party': ['P-36'],
  'large-value': ['Q-BIG', 'Q-BIG-PAYEE'],
  'listed-party': ['P-37'],
  'new-payee-account': ['Q-CO'],
  'pass-through': ['Q-MULE'],
  'payer-changed': ['W-5'],
  'rate-missing': ['P-38'],
  'settled-without-release': ['Q-BIG'],
  'shared-device': ['dev-kiosk'],
  structuring: ['Q-STRUCT'],
  velocity: ['Q-FAST'],
};

export function record(): Script {
  const script = new Script();
  const random = new Random(SEED);
  files(script);
  past(script, random);
  script.ticks(TODAY, TODAY + 24 * HOUR_MS, 30 * MINUTE_MS);
  script.control(TODAY + 8 * HOUR_MS, 'list-part', { list: 'block', listVersion: '1', members: ['acc-listed'] });
  script.control(TODAY + 8 * HOUR_MS + 1, 'list-close', { list: 'block', listVersion: '1' });
  ordinary(script, random);
  plantedFlows(script, random);
  plantedConduct(script);
  plantedControl(script);
  return script;
}

function files(script: Script): void {
  const at = MONTH_BEFORE - DAY_MS;
  for (const id of PEOPLE) script.customer(at, id);
  for (const id of SHOPS) script.customer(at, id, { kind: 'organisation', tags: ['merchant'] });
  script.customer(at, 'E-1', { kind: 'organisation', tags: ['payroll'] });
  script.customer(at, 'H-1', { tags: ['landlord'] });
  script.customer(at, 'Q-CO', { kind: 'organisation' });
}

/** The month before, as already settled: it counts, and nobody decides on it. */
function past(script: Script, random: Random): void {
  const settled = { status: 'settled' };
  for (const person of PEOPLE) {
    for (let visit = 0; visit < 5; visit++) {
      const at = MONTH_BEFORE + random.below(26) * DAY_MS + random.whole(8 * 60, 21 * 60) * MINUTE_MS;
      script.transfer(at, person, random.pick(SHOPS), random.logNormal(9_000, 0.9), { kind: 'payment', ...settled });
    }
  }
  for (const [day, minor] of [
    [1, 5_200],
    [3, 21_300],
    [6, 76_900],
  ] as const) {
    script.transfer(MONTH_BEFORE + day * DAY_MS + 10 * HOUR_MS, 'Q-SPREAD', random.pick(SHOPS), minor, settled);
  }
  for (let payment = 0; payment < 12; payment++) {
    const at = MONTH_BEFORE + (2 * payment + 1) * DAY_MS + 12 * HOUR_MS;
    script.transfer(at, 'Q-SPIKE', random.pick(SHOPS), random.whole(300_000, 600_000), settled);
  }
  for (const day of [8, 15, 22]) {
    const at = MONTH_BEFORE + day * DAY_MS + 9 * HOUR_MS;
    script.transfer(at, 'Q-CO', 'V-1', 2_000_000 + day, { ...settled, creditor: { party: 'V-1', account: 'acc-V-1' } });
  }
  script.transfer(MONTH_BEFORE + 3 * DAY_MS, 'Q-SLEEP', 'M-1', 12_000, settled);
}

function ordinary(script: Script, random: Random): void {
  for (const [index, person] of PEOPLE.slice(0, 25).entries()) {
    const fields = { batch: 'salaries-2026-02', maker: 'u-payroll' };
    script.transfer(TODAY + 9 * HOUR_MS + index * 2_000, 'E-1', person, random.whole(80, 150) * 10_000, fields);
  }
  for (const person of PEOPLE.slice(0, 8)) {
    const at = TODAY + random.whole(10 * 60, 20 * 60) * MINUTE_MS;
    script.transfer(at, person, 'H-1', 450_000, { purpose: '房租' });
  }
  for (let visit = 0; visit < 90; visit++) {
    const at = TODAY + random.whole(8 * 60, 21 * 60) * MINUTE_MS + random.below(60_000);
    const [person, shop, minor] = [random.pick(PEOPLE), random.pick(SHOPS), random.logNormal(9_000, 0.9)];
    const transferId = script.transfer(at, person, shop, minor, { kind: 'payment', channel: 'mobile' });
    if (!random.chance(0.15)) continue;
    const settled = { transferId, kind: 'payment', channel: 'mobile', status: 'settled' };
    script.transfer(at + random.whole(1, 40) * MINUTE_MS, person, shop, minor, settled);
  }
  for (let help = 0; help < 15; help++) {
    const at = TODAY + random.whole(8 * 60, 22 * 60) * MINUTE_MS;
    const person = random.below(PEOPLE.length - 1);
    script.transfer(at, PEOPLE[person]!, PEOPLE[person + 1]!, random.logBetween(10_000, 200_000));
  }
}

/** Money that takes a way that it should not take. */
function plantedFlows(script: Script, random: Random): void {
  const at = (hour: number, minute = 0) => TODAY + hour * HOUR_MS + minute * MINUTE_MS;
  const maker = { maker: 'u-client' };
  script.transfer(at(14), 'Q-STRUCT', 'W-1', 45_600_000, maker);
  script.transfer(at(16, 30), 'Q-STRUCT', 'W-2', 48_800_000, maker);
  // Upstream tells of the one between them last: the rule finds it late.
  script.transfer(at(15), 'Q-STRUCT', 'W-3', 47_300_000, maker, at(17, 30));
  for (let payer = 1; payer <= 5; payer++) {
    script.transfer(at(9 + 2 * payer, 17), `G-${payer}`, 'Q-HUB', 300_000 + random.whole(-900, 900));
  }
  for (let payee = 1; payee <= 5; payee++) {
    script.transfer(at(10 + payee, 41), 'Q-SPREAD', `R-${payee}`, 240_000 + random.whole(-480, 480));
  }
  script.transfer(at(10, 5), 'Z-1', 'Q-MULE', 4_800_000, { status: 'settled', debtor: { account: 'acc-abroad' } });
  script.transfer(at(12, 20), 'Q-MULE', 'Z-2', 4_560_000);
}

/** Payers who do not behave as they usually do. */
function plantedConduct(script: Script): void {
  const at = (hour: number, minute = 0) => TODAY + hour * HOUR_MS + minute * MINUTE_MS;
  for (let index = 0; index < 7; index++) script.transfer(at(20, 2 * index), 'Q-FAST', `M-${(index % 6) + 1}`, 9_900);
  script.transfer(at(13), 'Q-SPIKE', 'M-2', 2_400_000);
  script.transfer(at(15, 12), 'Q-CO', 'V-1', 6_500_000, {
    creditor: { party: 'V-1', account: 'acc-V-1-new' },
    maker: 'u-ledger',
  });
  script.transfer(at(11, 11), 'Q-SLEEP', 'W-4', 9_000_000);
  for (const [index, person] of PEOPLE.slice(30, 35).entries()) {
    script.transfer(at(18, 7 * index), person, 'M-5', 30_000 + index, { device: 'dev-kiosk' });
  }
  const big = script.transfer(at(9, 30), 'Q-BIG', 'Q-BIG-PAYEE', 60_000_000, { maker: 'u-client' });
  script.transfer(at(18), 'Q-BIG', 'Q-BIG-PAYEE', 60_000_000, { transferId: big, status: 'settled' });
  script.transfer(at(16), 'Q-LIMIT', 'Q-LIMIT-PAYEE', 600_000_000);
  const moved = script.transfer(at(17), 'P-39', 'W-5', 31_000);
  script.transfer(at(17, 20), 'P-40', 'W-5', 31_000, { transferId: moved, eventId: `${moved}-amended` });
}

/** What control has to say in it: freezes, lists and rates. */
function plantedControl(script: Script): void {
  const at = (hour: number, minute = 0) => TODAY + hour * HOUR_MS + minute * MINUTE_MS;
  script.transfer(at(10, 30), 'P-36', 'X-1', 20_000);
  script.control(at(11), 'freeze', { party: 'X-1', by: 'u-compliance', reason: '法院冻结' });
  script.transfer(at(11, 30), 'P-36', 'X-1', 20_000);
  script.transfer(at(12), 'P-37', 'X-2', 30_000, { creditor: { account: 'acc-listed' } });
  const dollars = { amount: { minor: 12_345, currency: 'USD' } };
  script.transfer(at(9, 30), 'P-38', 'X-3', 0, dollars);
  script.control(at(10), 'rates', { rates: [{ currency: 'USD', numerator: 71_850, denominator: 10_000 }] });
  script.transfer(at(10, 30), 'P-38', 'X-3', 0, dollars);
}
