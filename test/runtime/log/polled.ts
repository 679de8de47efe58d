/** What lies in an embedded log, which answers at once. */
import type { Log, Reader, RecordBatch } from '../../../runtime/log/port.ts';
import { textsOf } from './contract.ts';

export function pollAll(reader: Reader): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let batch = reader.poll(); batch; batch = reader.poll()) batches.push(batch);
  return batches;
}

export function readPolled(from: Log, topic: string, partition: number): string[] {
  return pollAll(from.reader(topic, partition, from.start(topic, partition), { durable: true })).flatMap(textsOf);
}
