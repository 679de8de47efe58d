/** The journal of one log, folded on another log by tasks that nobody disturbs; and what the two then say. */

import { OUTPUT_TOPICS, outputRecord } from '../../processors/score/outputs.ts';
import type { Log } from '../../runtime/log/port.ts';
import { recordsOf } from './proofs.ts';
import { River, RiverProcess } from './river.ts';

/** Lets tasks on `target`, a log that is empty, fold what the journal of `original` holds. */
export async function foldAgain(original: Log, target: Log, folder: string): Promise<void> {
  const river = await River.on(target, { folder });
  for (let partition = 0; partition < original.partitions; partition++) {
    const reader = original.reader('journal', partition, 0, { durable: true });
    for (let batch = reader.poll(); batch !== null; batch = reader.poll()) {
      const { topic, fingerprint, values } = batch;
      await target.append({ topic, partition, fingerprint, values });
    }
  }
  const process = new RiverProcess(river);
  await process.start();
  await process.foldAll();
  await process.stop();
}

/** Outputs of tasks that differ between two logs, byte for byte; in words. What route refused is no task's. */
export function provedAlike(one: Log, other: Log): string[] {
  const wrong: string[] = [];
  for (const topic of OUTPUT_TOPICS) {
    const [ours, theirs] = [outputsOf(one, topic), outputsOf(other, topic)];
    for (let partition = 0; partition < one.partitions; partition++) {
      const [left, right] = [ours.get(partition) ?? [], theirs.get(partition) ?? []];
      const differs = left.findIndex((bytes, index) => right[index]?.equals(bytes) !== true);
      const { length } = left;
      if (differs < 0 && length === right.length) continue;
      const at = differs < 0 ? length : differs;
      const said = [left[at], right[at]].map((bytes) => (bytes === undefined ? 'nothing' : written(topic, bytes)));
      wrong.push(`${topic}/${partition}: ${length} and ${right.length} records; number ${at} is ${said.join(' and ')}`);
    }
  }
  return wrong;
}

function outputsOf(log: Log, topic: (typeof OUTPUT_TOPICS)[number]): Map<number, Buffer[]> {
  const outputs = new Map<number, Buffer[]>();
  for (const { partition, bytes } of recordsOf(log, topic)) {
    const known = outputs.get(partition);
    if (known === undefined) outputs.set(partition, [bytes]);
    else known.push(bytes);
  }
  return outputs;
}

function written(topic: (typeof OUTPUT_TOPICS)[number], bytes: Buffer): string {
  const record = outputRecord(topic);
  return JSON.stringify(record.render(record.decode(bytes)));
}
