/** A copy of a log in which somebody has altered, dropped or added records. */
import { taskName } from '../../processors/score/committed.ts';
import { type EmbeddedLog, openEmbeddedLog } from '../../runtime/log/embedded.ts';
import { packValues, valueAt } from '../../runtime/log/values.ts';
import { partitionsOf, TOPIC_NAMES, TOPICS, type TopicName } from '../../schemas/topics.ts';

/** What stands in the copy where the original has one value. */
export type Change = (place: { topic: TopicName; partition: number; offset: number }, value: Buffer) => Buffer[];

export async function copyLog(original: EmbeddedLog, folder: string, change: Change): Promise<EmbeddedLog> {
  const copy = await openEmbeddedLog({ folder, partitions: original.partitions });
  for (const topic of TOPIC_NAMES) {
    for (let partition = 0; partition < partitionsOf(TOPICS[topic], original.partitions); partition++) {
      await copyPartition(original, copy, topic, partition, change);
    }
  }
  for (let partition = 0; partition < original.partitions; partition++) {
    const committer = copy.committer(taskName(partition));
    await committer.fence();
    await committer.commit({ outputs: [], ...(await original.committed(taskName(partition))) });
  }
  return copy;
}

async function copyPartition(
  original: EmbeddedLog,
  copy: EmbeddedLog,
  topic: TopicName,
  partition: number,
  change: Change,
): Promise<void> {
  const reader = original.reader(topic, partition, 0, { durable: true });
  for (let batch = reader.poll(); batch !== null; batch = reader.poll()) {
    const { baseOffset, fingerprint, values } = batch;
    const changed = Array.from({ length: values.count }, (_, index) =>
      change({ topic, partition, offset: baseOffset + index }, valueAt(values, index)),
    );
    await copy.append({ topic, partition, fingerprint, values: packValues(changed.flat()) });
  }
}
