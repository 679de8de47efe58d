/**
 * What a late leg costs on a subject with 50,000 legs in its window: putting it in its place with all
 * windows kept exact, and, apart, judging again the later windows that now contain it.
 */
import { History } from '../processors/books/history.ts';
import { MAY_PASS, type NewLeg } from '../processors/features/legs.ts';
import { Sweep, type WindowPlan } from '../processors/features/windows.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../schemas/time.ts';

export interface LateLegFigures {
  readonly lateLegMinuteMicros: number;
  readonly lateLegHourMicros: number;
  readonly lateLegSixDaysMicros: number;
  /** Moving all windows over the legs after one that came an hour late. */
  readonly judgingAgainHourMicros: number;
}

const LEGS = 50_000;
const SPAN_MS = 7 * DAY_MS;
const ROUNDS = 2_000;
const START_AT = Date.UTC(2026, 0, 5);
/** Lateness is seven days, as the figure asks; the horizon is the usual one. */
const TERMS = { horizonMs: 31 * DAY_MS, latenessMs: 7 * DAY_MS };
const PLAN: WindowPlan = {
  sizesMs: [30 * MINUTE_MS, 8 * HOUR_MS, DAY_MS, 7 * DAY_MS],
  distinct: [true, true, true, true],
};
const COUNTERPARTIES = 5_000;

export function benchLateLegs(): LateLegFigures {
  const history = new History(PLAN, (counterparty) => counterparty);
  for (let index = 0; index < LEGS; index++) add(history, START_AT + (index * SPAN_MS) / LEGS, index);
  const end = START_AT + SPAN_MS;
  return {
    lateLegMinuteMicros: insertLate(history, end, MINUTE_MS, LEGS),
    lateLegHourMicros: insertLate(history, end, HOUR_MS, LEGS + ROUNDS),
    lateLegSixDaysMicros: insertLate(history, end, 6 * DAY_MS, LEGS + 2 * ROUNDS),
    judgingAgainHourMicros: judgeAgain(history, end),
  };
}

function add(history: History, at: number, index: number): void {
  const leg: NewLeg = {
    at: Math.floor(at),
    amount: 10_000 + (index % 977),
    name: index + 1,
    counterparty: (index * 7_919) % COUNTERPARTIES,
    flags: (index & 1) | MAY_PASS,
    event: index,
    content: index,
  };
  history.add(leg, START_AT + SPAN_MS, TERMS);
}

/** CPU µs a leg; the median of batches, since one collection of garbage would else be the figure. */
function insertLate(history: History, end: number, lateMs: number, first: number): number {
  const batches: number[] = [];
  const size = 100;
  for (let batch = 0; batch < ROUNDS / size; batch++) {
    const before = process.cpuUsage();
    for (let index = 0; index < size; index++) {
      add(history, end - lateMs - ((batch * size + index) % 997), first + batch * size + index);
    }
    const { user, system } = process.cpuUsage(before);
    batches.push((user + system) / size);
  }
  return batches.sort((left, right) => left - right)[batches.length >> 1] as number;
}

function judgeAgain(history: History, end: number): number {
  const rounds = 20;
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) {
    const sweep = new Sweep(PLAN, history.chain, end - HOUR_MS, (counterparty) => counterparty);
    while (sweep.peek()) sweep.moveTo(sweep.chunk.at(sweep.index));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / rounds;
}
