/**
 * Producing: appends become record batches with the producer's sequence numbers, and batches go to the
 * leaders of their partitions, one of each partition at a time, again with the same numbers until they are
 * there. So a broker that restarts costs time, and nothing is there twice or in another order.
 */
import { systemNow } from '../../clock.ts';
import type { KafkaClient } from './client.ts';
import { CodeError, DUPLICATE_SEQUENCE, mayPass } from './errors.ts';
import { encodeBatch, type Framed, partBytesMax } from './record-batches.ts';
import { type Place, type Produced, type ProducerId, produce } from './requests.ts';

/** What goes to one partition, in order. */
export interface Output extends Place {
  readonly parts: readonly Framed[];
}

/** What a broker takes in one batch unless it is told otherwise is 1 MiB. */
export const BATCH_BYTES_MAX = 900 << 10;
const PRODUCE_TIMEOUT_MS = 20_000;
const SEQUENCES = 2 ** 31;

/** A batch with its sequence numbers, to be sent as it is until it is there. */
export interface Prepared extends Place {
  readonly batch: Buffer;
}

export class Sequences {
  readonly #next = new Map<string, number>();

  /** The first of `count` sequence numbers of a partition. */
  take({ topic, partition }: Place, count: number): number {
    const place = `${topic}/${partition}`;
    const first = this.#next.get(place) ?? 0;
    this.#next.set(place, (first + count) % SEQUENCES);
    return first;
  }
}

export interface Producer extends ProducerId {
  readonly transactionalId: string | null;
  readonly sequences: Sequences;
}

/** Sends outputs and answers the first offset of each, in their order. */
export async function sendOutputs(
  client: KafkaClient,
  producer: Producer,
  outputs: readonly Output[],
): Promise<number[]> {
  const queues = outputs.map((output) => cutToSize(output.parts).map((parts) => prepare(producer, output, parts)));
  const firsts: number[] = [];
  for (let round = 0; queues.some((queue) => queue.length > round); round++) {
    const batches = queues.map((queue) => queue[round]);
    const sent = await sendRound(
      client,
      producer,
      batches.filter((batch) => batch !== undefined),
    );
    batches.forEach((batch, index) => {
      if (round === 0) firsts[index] = batch === undefined ? -1 : (sent.get(batch) as number);
    });
  }
  return firsts;
}

/**
 * Sends parts to one partition and answers the first offset. A batch is made only when the one before is there, so
 * that others have their turn in between; what cannot be cut small is sent as it is.
 */
export async function sendParts(
  client: KafkaClient,
  producer: Producer,
  place: Place,
  parts: Iterable<Framed>,
): Promise<number> {
  let first = -1;
  for (const part of parts) {
    for (const sized of cutToSize([part])) {
      const batch = prepare(producer, place, sized);
      const sent = await sendRound(client, producer, [batch]);
      if (first < 0) first = sent.get(batch) as number;
    }
  }
  return first;
}

/** Sends at most one batch a partition until all are there; answers their offsets. */
export async function sendRound(
  client: KafkaClient,
  { transactionalId }: Producer,
  batches: readonly Prepared[],
): Promise<ReadonlyMap<Prepared, number>> {
  const offsets = new Map<Prepared, number>();
  await client.patiently('appending', async () => {
    const left = batches.filter((batch) => !offsets.has(batch));
    const answers = await client.sendToLeaders(left, (own) => produce(transactionalId, own, PRODUCE_TIMEOUT_MS));
    const byPlace = new Map(answers.map((answer) => [placeOf(answer), answer]));
    const errors: CodeError[] = [];
    for (const batch of left) {
      const { code, baseOffset } = byPlace.get(placeOf(batch)) as Produced;
      if (code === 0 || code === DUPLICATE_SEQUENCE) offsets.set(batch, baseOffset);
      else errors.push(new CodeError(code, `appending to ${placeOf(batch)}`));
    }
    const final = errors.find((error) => !mayPass(error));
    if (errors.length > 0) throw final ?? errors[0];
  });
  return offsets;
}

export function prepare(
  { id, epoch, transactionalId, sequences }: Producer,
  { topic, partition }: Place,
  parts: readonly Framed[],
): Prepared {
  const count = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  const sequence = sequences.take({ topic, partition }, count);
  const batch = encodeBatch(parts, { id, epoch, sequence, transactional: transactionalId !== null }, systemNow());
  return { topic, partition, batch };
}

/** Cuts what goes to a partition into batches that a broker takes; a record alone goes however large it is. */
export function cutToSize(parts: readonly Framed[]): Framed[][] {
  const batches: Framed[][] = [];
  let batch: Framed[] = [];
  let room = BATCH_BYTES_MAX;
  for (const part of parts) {
    for (let from = part.from; from < part.to; ) {
      const to = reach(part, from, room, batch.length === 0);
      if (to > from) {
        const fitting = { ...part, from, to };
        batch.push(fitting);
        room -= partBytesMax(fitting);
        from = to;
      }
      if (from < part.to) {
        batches.push(batch);
        batch = [];
        room = BATCH_BYTES_MAX;
      }
    }
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** How far into the part `bytes` reach; at least one value where the batch is empty. */
function reach(part: Framed, from: number, bytes: number, empty: boolean): number {
  if (partBytesMax({ ...part, from }) <= bytes) return part.to;
  let low = empty ? from + 1 : from;
  let high = part.to;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (partBytesMax({ ...part, from, to: middle }) <= bytes) low = middle;
    else high = middle - 1;
  }
  return low;
}

function placeOf({ topic, partition }: Place): string {
  return `${topic}/${partition}`;
}
