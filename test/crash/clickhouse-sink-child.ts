/**
 * What the crash test kills: appends decisions, alerts and journal blocks without end, and runs the sink
 * beside it. It says `working` when the first rows are in.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openClickHouse } from '../../runtime/clickhouse.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import { alertRecord } from '../../schemas/alert.ts';
import { decisionRecord, type Outcome } from '../../schemas/decision.ts';
import { controlRecord } from '../../schemas/events/control.ts';
import { customerRecord } from '../../schemas/events/customer.ts';
import { transferRecord } from '../../schemas/events/transfer.ts';
import { reasonRecord } from '../../schemas/reason.ts';
import { migrate } from '../../sinks/clickhouse/migrate.ts';
import { startClickHouseSink } from '../../sinks/clickhouse/sink.ts';
import { blocks, entry, outputs } from '../support/records.ts';

/** What it is started with. */
export type Arguments = [folder: string, partitionsPerInsert: string];

/** Of every twenty decisions; the others accept. */
const OUTCOMES: readonly Outcome[] = ['hold', 'reject'];

const [folder, partitionsPerInsert] = process.argv.slice(2) as Arguments;
const log = await openEmbeddedLog({ folder: join(folder, 'log'), partitions: 4 });
const clickhouse = openClickHouse({ folder: join(folder, 'clickhouse') });
await migrate(clickhouse.write);
startClickHouseSink({
  log,
  client: clickhouse.write,
  folder,
  partitionsPerInsert: Number(partitionsPerInsert),
  roundIntervalMs: 20,
  onProgress: () => writeSync(1, 'working\n'),
  onFailure: (error) => fail(error),
  onFault: (error) => fail(error),
});
for (let round = 0; ; round++) {
  const partition = round % 4;
  const count = 1 + ((round * 7) % 300);
  await Promise.all([
    log.append(
      outputs(
        'decisions',
        partition,
        Array.from({ length: count }, (_, index) => decision(round, index)),
      ),
    ),
    log.append(
      outputs('alerts', partition, [
        { ...alertRecord.example, alertId: `a-${round % 50}`, revision: 1 + Math.floor(round / 50) },
      ]),
    ),
    log.append(blocks('control', partition, [[tick()]])),
    log.append(blocks('transfers', partition, [legs(round, count), legs(round, 3)])),
    log.append(blocks('customers', partition, [[entry(customerRecord.example, { subject: 'C-1001' })]])),
  ]);
  await wait(2);
}

function decision(round: number, index: number) {
  const outcome = OUTCOMES[index % 20] ?? 'accept';
  const reasons = index % 10 === 0 ? [reasonRecord.example] : [];
  const at = decisionRecord.example.at + round * 1_000;
  return { ...decisionRecord.example, transferId: `T-${round}-${index}`, outcome, reasons, at };
}

function legs(round: number, count: number) {
  return Array.from({ length: count }, (_, index) =>
    entry({ ...transferRecord.example, transferId: `T-${round}-${index}` }, { subject: 'C-1001', role: 'payer' }),
  );
}

function tick() {
  return entry(controlRecord.example, { subject: '*', subjectKind: 'partition', role: 'all' });
}

function fail(error: unknown): void {
  writeSync(2, `${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
}
