/**
 * Ring (资金回流): money goes round three to six accounts and comes back. Hops need not follow each other
 * in time: each waits for its day. Amounts are equal, nearly so, or fall by a commission at each hop.
 */
import { largeAmount, within, YUAN } from '../amounts.ts';
import { days, type Typology } from './case.ts';
import { about } from './fans.ts';

export const ring: Typology = {
  id: 'ring',
  title: { en: 'Ring', zh: '资金回流' },
  spanDays: 25,
  plan(stage) {
    const { random } = stage;
    const hops = random.whole(3, 6);
    const cast = Array.from({ length: hops }, () => stage.someone());
    const first = within(4_000 * YUAN, 120_000 * YUAN, random, () => largeAmount(1, random));
    const style = random.pick(['equal', 'near', 'commission'] as const);
    const keep = random.between(0.85, 0.98);
    const moments = stage.moments(hops, days(random.between(2, 24)));
    const order = random.chance(0.5) ? moments : moments.toSorted(() => random.next() - 0.5);
    const legs = cast.map((payer, hop) => {
      const payee = cast[(hop + 1) % hops] as (typeof cast)[number];
      const exact = style === 'commission' ? Math.round(first * keep ** hop) : first;
      const minor = style === 'near' ? about(first, 0.03, random) : exact;
      return stage.send(stage.moment(order[hop] as number), payer, payee, minor);
    });
    return { legs, extras: [], subjects: cast.map(({ endpoint }) => endpoint.party as string) };
  },
};
