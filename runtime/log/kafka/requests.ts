/**
 * The requests that go to a broker past kafkajs's own encoders, and how their answers are read. Versions are
 * ones that Kafka 3.0 to 4 speak.
 */
import type { Exchange } from 'kafkajs/src/cluster/index.js';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Aborted } from './record-batches.ts';

/** What is done with one partition of a topic. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

export interface ProducerId {
  readonly id: bigint;
  readonly epoch: number;
}

const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
/** Stands for a producer that is yet to be. */
const NOBODY: ProducerId = { id: -1n, epoch: -1 };

export function exchange<T>(
  apiName: string,
  apiKey: number,
  apiVersion: number,
  body: ByteWriter,
  read: (reader: ByteReader) => T,
): Exchange<T> {
  return {
    request: { apiKey, apiVersion, apiName, encode: async () => ({ buf: body.buffer, buffer: body.buffer }) },
    response: {
      decode: async (payload) => ({ answer: read(new ByteReader(payload)), clientSideThrottleTime: 0 }),
      parse: async ({ answer }) => answer,
    },
    logResponseError: false,
  };
}

/** Writes places topic by topic, as every request wants them. */
function writePlaces<P extends Place>(body: ByteWriter, places: readonly P[], write: (place: P) => void): ByteWriter {
  const byTopic = Map.groupBy(places, ({ topic }) => topic);
  return body.array([...byTopic], ([topic, ofTopic]) => {
    body.string(topic).array(ofTopic, (place) => {
      body.int32(place.partition);
      write(place);
    });
  });
}

function readPlaces<T>(reader: ByteReader, read: (place: Place) => T): T[] {
  return reader
    .array(() => {
      const topic = reader.string();
      return reader.array(() => read({ topic, partition: reader.int32() }));
    })
    .flat();
}

export interface ProduceData extends Place {
  readonly batch: Buffer;
}

export interface Produced extends Place {
  readonly code: number;
  readonly baseOffset: number;
}

export function produce(transactionalId: string | null, data: readonly ProduceData[], timeoutMs: number) {
  const bytes = data.reduce((sum, { batch }) => sum + batch.length, 0);
  const body = new ByteWriter(bytes + data.length * 64 + 256).string(transactionalId).int16(-1).int32(timeoutMs);
  writePlaces(body, data, ({ batch }) => body.bytes([batch]));
  return exchange('Produce', 0, 7, body, (reader) =>
    readPlaces(reader, (place): Produced => {
      const produced = { ...place, code: reader.int16(), baseOffset: reader.int64() };
      reader.int64();
      reader.int64();
      return produced;
    }),
  );
}

export interface FetchFrom extends Place {
  readonly offset: number;
}

export interface Fetched extends Place {
  readonly code: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly startOffset: number;
  readonly aborted: readonly Aborted[];
  readonly records: Buffer;
}

export interface FetchLimits {
  readonly waitMs: number;
  readonly bytes: number;
  readonly partitionBytes: number;
}

export function fetch(from: readonly FetchFrom[], { waitMs, bytes, partitionBytes }: FetchLimits) {
  const body = new ByteWriter(from.length * 48 + 256);
  body.int32(-1).int32(waitMs).int32(1).int32(bytes).int8(READ_COMMITTED);
  // No fetch session: what is asked for changes from one fetch to the next.
  body.int32(0).int32(-1);
  writePlaces(body, from, ({ offset }) => body.int32(-1).int64(offset).int64(-1).int32(partitionBytes));
  body.int32(0).string('');
  return exchange('Fetch', 1, 11, body, (reader) => {
    reader.int32();
    const code = reader.int16();
    reader.int32();
    return { code, partitions: readPlaces(reader, (place) => readFetched(reader, place)) };
  });
}

function readFetched(reader: ByteReader, place: Place): Fetched {
  const head = {
    ...place,
    code: reader.int16(),
    highWatermark: reader.int64(),
    lastStableOffset: reader.int64(),
    startOffset: reader.int64(),
    aborted: reader.array(() => ({ producerId: reader.big64(), firstOffset: reader.int64() })),
  };
  reader.int32();
  return { ...head, records: reader.bytes() };
}

export const EARLIEST = -2;
export const LATEST = -1;

/**
 * `LATEST` is where readers of committed records stand at the end: the last stable offset. With `open` it is
 * the end of all records, also of those whose transactions are still open.
 */
export function listOffsets(
  places: readonly Place[],
  time: typeof EARLIEST | typeof LATEST,
  { open = false }: { readonly open?: boolean } = {},
) {
  const body = new ByteWriter().int32(-1).int8(open ? READ_UNCOMMITTED : READ_COMMITTED);
  writePlaces(body, places, () => body.int64(time));
  return exchange('ListOffsets', 2, 3, body, (reader) => {
    reader.int32();
    return readPlaces(reader, (place) => {
      const code = reader.int16();
      reader.int64();
      return { ...place, code, offset: reader.int64() };
    });
  });
}

/** With `own` the producer goes on as who it is, which is refused where another took over; without, it takes over. */
export function initProducerId(transactionalId: string | null, timeoutMs: number, own: ProducerId | null = null) {
  const { id, epoch } = own ?? NOBODY;
  const body = new ByteWriter().noTags().compactString(transactionalId).int32(timeoutMs).big64(id).int16(epoch);
  return exchange('InitProducerId', 22, 3, body.noTags(), (reader) => {
    reader.tags();
    reader.int32();
    return { code: reader.int16(), id: reader.big64(), epoch: reader.int16() };
  });
}

export function addPartitionsToTransaction(
  transactionalId: string,
  { id, epoch }: ProducerId,
  places: readonly Place[],
) {
  const body = new ByteWriter().string(transactionalId).big64(id).int16(epoch);
  writePlaces(body, places, () => {});
  return exchange('AddPartitionsToTxn', 24, 1, body, (reader) => {
    reader.int32();
    return readPlaces(reader, (place) => ({ ...place, code: reader.int16() }));
  });
}

export function endTransaction(transactionalId: string, { id, epoch }: ProducerId, commits: boolean) {
  const body = new ByteWriter()
    .string(transactionalId)
    .big64(id)
    .int16(epoch)
    .int8(commits ? 1 : 0);
  return exchange('EndTxn', 26, 1, body, (reader) => {
    reader.int32();
    return { code: reader.int16() };
  });
}

/** The last transaction of an id: its state, as its coordinator names it, its begin, and its producer. */
export interface Described extends ProducerId {
  readonly code: number;
  readonly state: string;
  readonly startedAt: number;
}

export function describeTransaction(transactionalId: string) {
  const body = new ByteWriter().noTags();
  body.compactArray([transactionalId], (id) => body.compactString(id)).noTags();
  return exchange('DescribeTransactions', 65, 0, body, (reader) => {
    reader.tags();
    reader.int32();
    const [described] = reader.compactArray(() => {
      const code = reader.int16();
      reader.compactString();
      const state = reader.compactString();
      reader.int32();
      return { code, state, startedAt: reader.int64(), ...readTransactionProducer(reader) };
    });
    return described as Described;
  });
}

/** The producer of a transaction; passes its partitions. */
function readTransactionProducer(reader: ByteReader): ProducerId {
  const producer = { id: reader.big64(), epoch: reader.int16() };
  reader.compactArray(() => {
    reader.compactString();
    reader.compactArray(() => reader.int32());
    reader.tags();
  });
  reader.tags();
  return producer;
}

/** One that wrote to a partition lately, as its leader knows it. */
export interface PartitionProducer extends ProducerId {
  readonly lastSequence: number;
  readonly lastAt: number;
  /** Epoch of the coordinator that ended a transaction of it there last; -1 where none did. */
  readonly coordinatorEpoch: number;
  /** Where a transaction of it began that is open there; -1 where none is. */
  readonly openFrom: number;
}

export interface Producers extends Place {
  readonly code: number;
  readonly producers: readonly PartitionProducer[];
}

export function describeProducers(places: readonly Place[]) {
  const body = new ByteWriter(places.length * 8 + 256).noTags();
  body
    .compactArray([...Map.groupBy(places, ({ topic }) => topic)], ([topic, own]) => {
      body.compactString(topic).compactArray(own, ({ partition }) => body.int32(partition));
      body.noTags();
    })
    .noTags();
  return exchange('DescribeProducers', 61, 0, body, (reader) => {
    reader.tags();
    reader.int32();
    return reader
      .compactArray(() => {
        const topic = reader.compactString();
        const partitions = reader.compactArray(() => readProducers(reader, topic));
        reader.tags();
        return partitions;
      })
      .flat();
  });
}

function readProducers(reader: ByteReader, topic: string): Producers {
  const partition = reader.int32();
  const code = reader.int16();
  reader.compactString();
  const producers = reader.compactArray((): PartitionProducer => {
    const producer = {
      id: reader.big64(),
      epoch: reader.int32(),
      lastSequence: reader.int32(),
      lastAt: reader.int64(),
      coordinatorEpoch: reader.int32(),
      openFrom: reader.int64(),
    };
    reader.tags();
    return producer;
  });
  reader.tags();
  return { topic, partition, code, producers };
}
