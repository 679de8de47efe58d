/** The requests that end a transaction that hangs: whose it is, and the marker that its partition lacks. */
import { ByteWriter } from './bytes.ts';
import { exchange, type PartitionProducer, type Place } from './requests.ts';

/** The transactional ids, of those that this broker coordinates, that have the producer, and whose user may be asked about. */
export function listTransactions(producerId: bigint) {
  const body = new ByteWriter().noTags();
  // In whatever state they are.
  body.compactArray([], () => {});
  body.compactArray([producerId], (id) => body.big64(id)).noTags();
  return exchange('ListTransactions', 66, 0, body, (reader) => {
    reader.tags();
    reader.int32();
    const code = reader.int16();
    reader.compactArray(() => reader.compactString());
    const transactionalIds = reader.compactArray(() => {
      const transactionalId = reader.compactString();
      reader.big64();
      reader.compactString();
      reader.tags();
      return transactionalId;
    });
    return { code, transactionalIds };
  });
}

/**
 * Marks the end of a producer's transaction in a partition, as its coordinator would have. It is refused where the
 * producer has gone on with another epoch, or another coordinator came, since the partition was asked.
 */
export function writeMarker(
  { id, epoch, coordinatorEpoch }: PartitionProducer,
  { topic, partition }: Place,
  commits: boolean,
) {
  const body = new ByteWriter().noTags();
  body.compactArray([id], () => {
    body
      .big64(id)
      .int16(epoch)
      .int8(commits ? 1 : 0);
    body.compactArray([topic], (name) => {
      body.compactString(name).compactArray([partition], (one) => body.int32(one));
      body.noTags();
    });
    // No coordinator has a lower one.
    body.int32(Math.max(0, coordinatorEpoch)).noTags();
  });
  return exchange('WriteTxnMarkers', 27, 1, body.noTags(), (reader) => {
    reader.tags();
    return reader
      .compactArray(() => {
        reader.big64();
        const codes = reader.compactArray(() => {
          reader.compactString();
          const ofTopic = reader.compactArray(() => {
            reader.int32();
            const code = reader.int16();
            reader.tags();
            return { code };
          });
          reader.tags();
          return ofTopic;
        });
        reader.tags();
        return codes.flat();
      })
      .flat();
  });
}
