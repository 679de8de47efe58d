/** What companies do: merchants bank their takings, merchants and firms pay their suppliers. */

import { tradeAmount, YUAN } from '../amounts.ts';
import { isWeekend, momentOf } from '../calendar.ts';
import { COUNTER, officeOrigin } from '../draft.ts';
import { roundTo, supplierOf } from '../world.ts';
import { cashDraft } from './daily.ts';
import type { Habit } from './habit.ts';

/** Chance that a company pays a supplier on a working day. */
export const SUPPLIER_CHANCE = 0.25;

/** The day's cash: much the same every day, and for some just below a reporting threshold without any plan. */
export const bankTakings: Habit = ({ world, day, takings, random, emit }) => {
  if (isWeekend(day)) return;
  for (const merchant of world.merchants) {
    if (!random.chance(takings)) continue;
    const minor = roundTo(random.logNormal(14_000 * YUAN * merchant.scale, 0.25), 100 * YUAN);
    const at = momentOf(day, 'counter', random);
    emit(cashDraft('deposit', merchant.endpoint, { at, minor, origin: COUNTER, purpose: '营业款' }));
  }
};

export const paySuppliers: Habit = ({ world, day, random, emit }) => {
  if (isWeekend(day)) return;
  for (const buyer of [...world.merchants, ...world.firms]) {
    if (!random.chance(SUPPLIER_CHANCE)) continue;
    emit({
      at: momentOf(day, 'office', random),
      kind: 'transfer',
      debtor: buyer.endpoint,
      creditor: supplierOf(world, buyer, random.below(8)).endpoint,
      minor: tradeAmount(buyer.scale, random),
      origin: officeOrigin(buyer, random),
      purpose: '货款',
    });
  }
};
