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

/** Writes the load; answers its public bytes, for the floor. */
export async function writeWorkload(
  log: Log,
  { transfers, parties, seed }: Workload,
): Promise<{ batches: Append['values'][] }> {
  const load = new LoadTransfers({
    count: transfers,
    parties,
    zipf: 0.9,
    days: DAYS,
    startAt: START_AT,
    latePercent: 1,
    seed,
  });
  await writeAll(log, 'customers', customerRecord as Declared<unknown>, load.customers);
  return { batches: await writeAll(log, 'transfers', transferRecord as Declared<unknown>, load) };
}

async function writeAll(
  log: Log,
  topic: string,
  record: Declared<unknown>,
  values: Iterable<unknown>,
): Promise<Append['values'][]> {
  const writer = new ValueWriter(1 << 20);
  const batches: Append['values'][] = [];
  const flush = async () => {
    const packed = writer.take();
    batches.push(packed);
    await log.append({ topic, partition: 0, fingerprint: record.fingerprint, values: packed });
  };
  for (const value of values) {
    writer.write(record.type, value);
    if (writer.count === BATCH) await flush();
  }
  if (writer.count > 0) await flush();
  return batches;
}
