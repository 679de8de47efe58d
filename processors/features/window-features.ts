/** Features that windows keep counted: what entered and left within a time, exact to the leg. */
import type { Feature, Side, Unit } from './scope.ts';
import { ATTEMPTS, COUNT, DISTINCT, SUM, TOTALS } from './windows.ts';

function windowFeature(unit: Unit, total: number, side: Side, sizeMs: number): Feature {
  return {
    unit,
    window: { sizeMs, distinct: total === DISTINCT },
    reachMs: sizeMs,
    fromLegs: true,
    ofAttempts: total === ATTEMPTS,
    bind: (plan) => {
      const place = plan.sizesMs.indexOf(sizeMs) * TOTALS + total + (side === 'incoming' ? 1 : 0);
      return (scope) => scope.totals[place]!;
    },
  };
}

/** Money that may pass within the window, base minor units. */
export function sum(side: Side, windowMs: number): Feature {
  return windowFeature('money', SUM, side, windowMs);
}

/** Transfers that may pass within the window. */
export function count(side: Side, windowMs: number): Feature {
  return windowFeature('count', COUNT, side, windowMs);
}

/** All transfers within the window, those that failed or were rejected too. */
export function attempts(side: Side, windowMs: number): Feature {
  return windowFeature('count', ATTEMPTS, side, windowMs);
}

/** Different counterparties of transfers that may pass within the window. */
export function distinct(side: Side, windowMs: number): Feature {
  return windowFeature('count', DISTINCT, side, windowMs);
}
