/**
 * Structuring (化整为零): several times within a week, each just below a reporting threshold: cash in or
 * out below CNY 50,000, or transfers below CNY 500,000 (PBoC Order 3 [2016], natural persons).
 */
import { cashAmount, largeAmount, within, YUAN } from '../amounts.ts';
import { COUNTER } from '../draft.ts';
import { cashDraft } from '../ordinary/daily.ts';
import { roundTo } from '../world.ts';
import { days, type Typology } from './case.ts';

const CASH_THRESHOLD = 50_000 * YUAN;
const TRANSFER_THRESHOLD = 500_000 * YUAN;

export const structuring: Typology = {
  id: 'structuring',
  title: { en: 'Structuring', zh: '化整为零' },
  spanDays: 7,
  plan(stage) {
    const { random } = stage;
    const person = stage.someone();
    const way = random.pick(['deposit', 'withdrawal', 'withdrawal', 'transfer'] as const);
    const payee = stage.anyone();
    const below = (threshold: number, draw: () => number) =>
      roundTo(within(0.86 * threshold, 0.998 * threshold, random, draw), 100 * YUAN);
    const legs = stage.moments(random.whole(3, 6), days(random.between(1.5, 6))).map((offset) => {
      if (way === 'transfer') {
        const minor = below(TRANSFER_THRESHOLD, () => largeAmount(3 * person.wealth, random));
        return stage.send(stage.moment(offset), person, payee, minor);
      }
      const minor = below(CASH_THRESHOLD, () => cashAmount(person.wealth, random));
      const at = stage.moment(offset, 'counter');
      return cashDraft(way, person.endpoint, { at, minor, origin: COUNTER, purpose: null });
    });
    return { legs, extras: [], subjects: [person.endpoint.party as string] };
  },
};
