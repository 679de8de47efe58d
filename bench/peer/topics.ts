/** What stands in the topics of both sides, read as an outsider would: with plain kafkajs, committed records only. */
import { randomUUID } from 'node:crypto';
import avro from 'avsc';
import kafkajs from 'kafkajs';
import { monotonicNow } from '../../runtime/clock.ts';
import { alertRecord } from '../../schemas/alert.ts';
import { decisionRecord } from '../../schemas/decision.ts';
import { hitOf, type PeerTransfer } from './reference.ts';

/** Bytes before a value in the Confluent wire format. */
const PREFIX_BYTES = 5;
/** Nothing came for so long: what is there was read. */
const QUIET_MS = 4_000;

const STRINGS = (names: readonly string[]) => names.map((name) => ({ name, type: 'string' as const }));

/** The peer's own schemas, see `kafka-streams/src/main/java/peer/Names.java`. */
const transferType = avro.Type.forSchema({
  type: 'record',
  name: 'Transfer',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'at', type: 'long' },
    ...STRINGS(['debtor', 'debtorAccount', 'creditor', 'creditorAccount']),
    { name: 'amountMinor', type: 'long' },
    ...STRINGS(['currency', 'channel', 'kind', 'country']),
  ],
});
const alertType = avro.Type.forSchema({
  type: 'record',
  name: 'Alert',
  fields: [
    ...STRINGS(['rule', 'subject', 'transferId']),
    { name: 'at', type: 'long' },
    { name: 'value', type: 'long' },
  ],
});

/** The generated transfers, in order of time, then id. */
export async function readPeerTransfers(brokers: readonly string[]): Promise<PeerTransfer[]> {
  const transfers: PeerTransfer[] = [];
  await readAll(brokers, 'transfers', (value) => transfers.push(decode<PeerTransfer>(transferType, value)));
  return transfers.sort((left, right) => left.at - right.at || (left.id < right.id ? -1 : 1));
}

/** What a side found: hits, with repeats; the ids of what it decided; when its last output was appended, ms. */
export interface Found {
  readonly hits: string[];
  readonly decided: string[];
  lastAppendAt: number;
}

export async function readPeerOutputs(brokers: readonly string[]): Promise<Found> {
  const found: Found = { hits: [], decided: [], lastAppendAt: 0 };
  await readAll(brokers, 'alerts', (value) => {
    const { rule, subject, transferId } = decode<{ rule: string; subject: string; transferId: string }>(
      alertType,
      value,
    );
    found.hits.push(hitOf(rule, subject, transferId));
  });
  const idType = avro.Type.forSchema({ type: 'string' });
  await readAll(brokers, 'decisions', (value) => found.decided.push(decode<string>(idType, value)));
  return found;
}

export async function readWeirOutputs(brokers: readonly string[], prefix: string): Promise<Found> {
  const found: Found = { hits: [], decided: [], lastAppendAt: 0 };
  const noteTime = (appendedAt: number) => {
    found.lastAppendAt = Math.max(found.lastAppendAt, appendedAt);
  };
  await readAll(brokers, `${prefix}alerts`, (value, appendedAt) => {
    const { rule, subject, transferId } = alertRecord.decode(value.subarray(PREFIX_BYTES));
    found.hits.push(hitOf(rule, subject, transferId ?? ''));
    noteTime(appendedAt);
  });
  await readAll(brokers, `${prefix}decisions`, (value, appendedAt) => {
    found.decided.push(decisionRecord.decode(value.subarray(PREFIX_BYTES)).transferId);
    noteTime(appendedAt);
  });
  return found;
}

function decode<T>(type: avro.Type, value: Buffer): T {
  return type.decode(value, PREFIX_BYTES).value as T;
}

async function readAll(
  brokers: readonly string[],
  topic: string,
  each: (value: Buffer, appendedAt: number) => void,
): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxBytesPerPartition: 8 << 20 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    let last = monotonicNow();
    let any = false;
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        for (const { value, timestamp } of batch.messages) if (value !== null) each(value, Number(timestamp));
        last = monotonicNow();
        any = true;
      },
    });
    // A group takes a while to form; an empty topic is told apart from one that is not read yet by waiting longer.
    while (monotonicNow() - last < (any ? QUIET_MS : 4 * QUIET_MS))
      await new Promise((resolve) => setTimeout(resolve, 100));
  } finally {
    await consumer.disconnect();
  }
}
