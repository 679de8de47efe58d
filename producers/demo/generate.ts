/** The demo's economy over a stretch of days, for evaluations and tests: customers, events and labels. */
import type { Customer } from '../../schemas/events/customer.ts';
import type { Label } from '../../schemas/label.ts';
import { DAY_MS } from '../../schemas/time.ts';
import { dayStart, localDay } from './calendar.ts';
import { Economy } from './economy.ts';
import type { GeneratedEvent } from './events.ts';
import { ORDINARY_PLANTED, type Planted } from './planted/cases.ts';

export interface GenerateOptions {
  readonly seed: number;
  readonly parties: number;
  readonly days: number;
  /** First instant; best a midnight in Shanghai. */
  readonly startAt: number;
  /** 0.2, 1 and 4 give 6, 30 and 120 transfers per account in thirty days. */
  readonly transfersPerPartyPerDay: number;
  readonly planted?: Planted;
}

export interface Generated {
  readonly customers: readonly Customer[];
  /** Customers first, then what was there before, then everything in order of arrival, with its time. */
  readonly events: Iterable<GeneratedEvent & { readonly arrivesAt?: number }>;
  readonly labels: readonly Label[];
}

export function generate(options: GenerateOptions): Generated {
  const { startAt, days, planted = ORDINARY_PLANTED } = options;
  const economy = new Economy({ ...options, planted, from: startAt, to: startAt + days * DAY_MS });
  const customers = economy.customers();
  const labels: Label[] = [];
  for (let day = localDay(startAt); dayStart(day) < startAt + days * DAY_MS; day++)
    labels.push(...economy.labelsOf(day));
  return { customers, events: { [Symbol.iterator]: () => inOrder(economy, customers) }, labels };
}

function* inOrder(
  economy: Economy,
  customers: readonly Customer[],
): Generator<GeneratedEvent & { readonly arrivesAt?: number }> {
  for (const event of customers) yield { topic: 'customers', event };
  yield* economy.past();
  yield* economy.arrivals();
}
