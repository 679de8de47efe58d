import { expect, it } from 'vitest';
import { type Leg, partyGraph } from '../../../dashboards/console/src/chart/party-graph.ts';

function leg(transferId: string, at: string, fields: object): Leg {
  return {
    ...{ transferId, at, debtor: { party: 'P-1' }, creditor: { party: 'P-2' }, hit: false },
    ...fields,
  } as unknown as Leg;
}

function linksOf(legs: readonly Leg[]) {
  const { series } = partyGraph(legs, 'P-1', 'en') as {
    series: readonly { links: readonly { name: string; lineStyle: { color: string } }[] }[];
  };
  return series[0]?.links.map(({ name }) => name);
}

it('counts the money of a transfer once, as it was last told', () => {
  const cny = (minor: number) => ({ amount: { minor, currency: 'CNY' } });
  expect(
    linksOf([
      leg('T-1', '2026-03-02T10:00:00Z', { ...cny(100_000), hit: true }),
      leg('T-1', '2026-03-02T10:05:00Z', cny(90_000)),
      leg('T-2', '2026-03-02T11:00:00Z', cny(1_000)),
    ]),
  ).toEqual(['P-1 → P-2: CNY 910.00 (2)']);
});
