/** The load of the bench: seeded transfers and their customers, written to a log as public records. */
import { LoadTransfers } from '../producers/demo/load.ts';
import type { Append, Log } from '../runtime/log/port.ts';
import { ValueWriter } from '../runtime/log/values.ts';
import type { Declared } from '../schemas/declare.ts';
import { customerRecord } from '../schemas/events/customer.ts';
import { transferRecord } from '../schemas/events/transfer.ts';
import { DAY_MS } from '../schemas/time.ts';

export interface Workload {
  readonly transfers: number;
  readonly parties: number;
  readonly seed: number;
}

/** Records that are stored together, as a busy intake stores them. */
const BATCH = 10_000;
const DAYS = 10;
/** The load lies in the past of any machine's clock, so nothing of it is ahead of its append. */
const START_AT = Date.UTC(2026, 0, 5);

export const workloadEnd = START_AT + DAYS * DAY_MS;

/** The load, encoded: batches of public records. */
export interface EncodedLoad {
  readonly customers: readonly Append[];
  readonly transfers: readonly Append[];
}

export function encodeWorkload({ transfers, parties, seed }: Workload): EncodedLoad {
  const load = new LoadTransfers({
    count: transfers,
    parties,
    zipf: 0.9,
    days: DAYS,
    startAt: START_AT,
    latePercent: 1,
    seed,
  });
  return {
    customers: encodeAll('customers', customerRecord as Declared<unknown>, load.customers),
    transfers: encodeAll('transfers', transferRecord as Declared<unknown>, load),
  };
}

/** Appends the load; all of it is on disk when this resolves. */
export async function appendAll(log: Log, appends: readonly Append[]): Promise<void> {
  await Promise.all(appends.map((append) => log.append(append)));
}

function encodeAll(topic: string, record: Declared<unknown>, values: Iterable<unknown>): Append[] {
  const writer = new ValueWriter(1 << 20);
  const appends: Append[] = [];
  const { fingerprint } = record;
  for (const value of values) {
    writer.write(record.type, value);
    if (writer.count === BATCH) appends.push({ topic, partition: 0, fingerprint, values: writer.take() });
  }
  if (writer.count > 0) appends.push({ topic, partition: 0, fingerprint, values: writer.take() });
  return appends;
}
