/**
 * Planted transfers must not be told from ordinary ones by what a single transfer looks like, or a rule
 * would only find the generator. Each test is a rule that lives on an artefact, and must fail to find.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { generate } from '../../../producers/demo/generate.ts';
import { partyOf, type Transfer } from '../../../schemas/events/transfer.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time.ts';

const START = Date.parse('2026-03-01T00:00:00+08:00');
/** Of what a rule by an artefact alone names, planted transfers are no more than this. */
const PRECISION_MAX = 0.2;

let planted: Transfer[] = [];
let ordinary: Transfer[] = [];
/** Planted transfers by typology. */
let typologies = new Map<string, Transfer[]>();

beforeAll(() => {
  const { events, labels } = generate({
    seed: 31,
    parties: 4_000,
    days: 30,
    startAt: START,
    transfersPerPartyPerDay: 1,
  });
  const typologyOf = new Map(labels.flatMap(({ typology, transferIds }) => transferIds.map((id) => [id, typology])));
  const submitted = new Map<string, Transfer>();
  for (const { topic, event } of events) {
    if (topic === 'transfers' && event.status === 'submitted') submitted.set(event.transferId, event);
  }
  planted = [...submitted.values()].filter(({ transferId }) => typologyOf.has(transferId));
  ordinary = [...submitted.values()].filter(({ transferId }) => !typologyOf.has(transferId));
  typologies = Map.groupBy(planted, ({ transferId }) => typologyOf.get(transferId) as string);
});

/** Share of planted transfers among all that have a trait, for each value of the trait that enough have. */
function mostTelling(trait: (transfer: Transfer) => string): { value: string; precision: number } {
  const counts = new Map<string, { planted: number; all: number }>();
  const count = (transfer: Transfer, isPlanted: number) => {
    const one = counts.get(trait(transfer)) ?? { planted: 0, all: 0 };
    counts.set(trait(transfer), { planted: one.planted + isPlanted, all: one.all + 1 });
  };
  for (const transfer of planted) count(transfer, 1);
  for (const transfer of ordinary) count(transfer, 0);
  return [...counts]
    .filter(([, { planted: many }]) => many >= 5)
    .map(([value, one]) => ({ value, precision: one.planted / one.all }))
    .reduce((a, b) => (b.precision > a.precision ? b : a), { value: '', precision: 0 });
}

const hourOf = ({ at }: Transfer) => String(Math.floor(((at + 8 * HOUR_MS) % DAY_MS) / HOUR_MS));

describe('planted transfers', () => {
  it('are there, and few', () => {
    expect(planted.length).toBeGreaterThan(150);
    expect(planted.length / ordinary.length).toBeLessThan(0.01);
  });

  it.each<[string, (transfer: Transfer) => string]>([
    ['amount, to a factor of the root of two', ({ amount }) => String(Math.round(2 * Math.log2(amount.minor)))],
    ['roundness of the amount', ({ amount }) => String(/0*$/.exec(String(amount.minor))?.[0].length)],
    ['hour', hourOf],
    ['day of the week', ({ at }) => String(new Date(at + 8 * HOUR_MS).getUTCDay())],
    ['kind', ({ kind }) => kind],
    ['channel', ({ channel }) => String(channel)],
    [
      'presence of fields',
      ({ channel, device, session, maker, batch, purpose, debtor, creditor }) =>
        [channel, device, session, maker, batch, purpose, debtor.party, creditor.party]
          .map((one) => one === null)
          .join(),
    ],
    ['form of the id', ({ transferId }) => transferId.replace(/[a-z]/g, 'a').replace(/\d/g, '0').slice(0, 10)],
    ['milliseconds', ({ at }) => String(at % 1_000 === 0)],
  ])('are not told by %s', (_name, trait) => {
    expect(mostTelling(trait).precision).toBeLessThan(PRECISION_MAX);
  });

  it('have amounts inside those of ordinary ones, typology by typology', () => {
    const sorted = ordinary.map(({ amount }) => amount.minor).sort((a, b) => a - b);
    const [least, most] = [0.001, 0.9995].map((share) => sorted[Math.floor(share * sorted.length)] as number);
    for (const [typology, transfers] of typologies) {
      const amounts = transfers.map(({ amount }) => amount.minor);
      expect([typology, Math.min(...amounts) >= (least as number)]).toEqual([typology, true]);
      expect([typology, Math.max(...amounts) <= (most as number)]).toEqual([typology, true]);
    }
  });

  it('repeat a pair on one day no more often than ordinary ones do', () => {
    const ids = new Set(planted.map(({ transferId }) => transferId));
    const days = Map.groupBy([...planted, ...ordinary], ({ at, debtor, creditor }) =>
      [partyOf(debtor), partyOf(creditor), Math.floor((at + 8 * HOUR_MS) / DAY_MS)].join(),
    );
    const repeated = [...days.values()].filter((transfers) => transfers.length >= 2);
    const withPlanted = repeated.filter((transfers) => transfers.some(({ transferId }) => ids.has(transferId)));
    expect(repeated.length).toBeGreaterThan(200);
    expect(withPlanted.length / repeated.length).toBeLessThan(PRECISION_MAX);
  });

  it('are not told by being a fifth of what the payer usually pays', () => {
    const byPayer = Map.groupBy([...planted, ...ordinary], ({ debtor }) => partyOf(debtor));
    const medians = new Map([...byPayer].map(([payer, transfers]) => [payer, median(transfers)]));
    const small = ({ debtor, amount }: Transfer) => amount.minor * 5 <= (medians.get(partyOf(debtor)) as number);
    const named = planted.filter(small).length;
    expect(named / Math.max(1, named + ordinary.filter(small).length)).toBeLessThan(0.05);
  });

  it('come from people as active as others', () => {
    const perPayer = new Map<string, number>();
    for (const { debtor } of ordinary) perPayer.set(partyOf(debtor), (perPayer.get(partyOf(debtor)) ?? 0) + 1);
    const customers = (transfers: readonly Transfer[]) =>
      [...new Set(transfers.map(({ debtor }) => debtor.party).filter((party) => party?.startsWith('P-')))] as string[];
    const mean = (parties: readonly string[]) =>
      parties.reduce((sum, party) => sum + (perPayer.get(party) ?? 0), 0) / parties.length;
    const awake = (parties: readonly string[]) => parties.filter((party) => (perPayer.get(party) ?? 0) > 2);
    const ratio = mean(awake(customers(planted))) / mean(awake(customers(ordinary)));
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
  });
});

function median(transfers: readonly Transfer[]): number {
  const amounts = transfers.map(({ amount }) => amount.minor).sort((a, b) => a - b);
  return amounts[Math.floor(amounts.length / 2)] as number;
}
