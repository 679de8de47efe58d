/** Forgetting what is old: whole batches, past their topic's retention, that nobody needs any more. */
import { TOPICS, type TopicName } from '../../../schemas/topics.ts';
import type { Position } from '../port.ts';
import { countOf, offsetOfKey, seenOf } from './batches.ts';
import { decodeRecord } from './committer.ts';
import type { Environment } from './environment.ts';
import { type Offsets, type Slot, slotKey, startKey } from './shared.ts';
import type { Writer } from './writer.ts';

/** Batches dropped in one transaction, so that no other waits long for its turn. */
const DROPPED_TOGETHER = 64;

export async function retain(
  { facts }: Environment,
  writer: Writer,
  name: string,
  positions: readonly Position[] | null,
): Promise<void> {
  const key = ['retain', name];
  await writer.change({ outputs: [], put: () => (positions ? facts.put(key, positions) : facts.remove(key)) });
}

export async function trim(env: Environment, offsets: Offsets, writer: Writer, now: number): Promise<void> {
  env.root.resetReadTxn();
  const needed = neededFrom(env);
  for (const slot of offsets.slots) {
    const { retentionMs } = TOPICS[slot.topic as TopicName];
    if (retentionMs === null) continue;
    const floor = Math.min(offsets.durable(slot), needed.get(slotName(slot)) ?? Number.POSITIVE_INFINITY);
    await trimSlot(env, offsets, writer, slot, floor, now - retentionMs);
  }
}

async function trimSlot(
  env: Environment,
  offsets: Offsets,
  writer: Writer,
  slot: Slot,
  floor: number,
  seenBefore: number,
): Promise<void> {
  for (;;) {
    const { keys, end } = oldBatches(env, offsets, slot, floor, seenBefore);
    if (keys.length === 0) return;
    await writer.change({
      outputs: [],
      put: () => {
        for (const key of keys) env.batches.remove(key);
        return env.facts.put(startKey(slot), end);
      },
    });
    offsets.publishStart(slot, end);
  }
}

/** The next few batches that may go, and where the partition begins without them. */
function oldBatches(
  { batches, root }: Environment,
  offsets: Offsets,
  slot: Slot,
  floor: number,
  seenBefore: number,
): { readonly keys: readonly Buffer[]; readonly end: number } {
  root.resetReadTxn();
  const keys: Buffer[] = [];
  let end = offsets.start(slot);
  const range = { start: slotKey(slot, end), end: slotKey(slot, floor) };
  for (const key of batches.getKeys({ ...range, limit: DROPPED_TOGETHER })) {
    const stored = batches.getBinaryFast(key) as Buffer;
    const batchEnd = offsetOfKey(key) + countOf(stored);
    if (batchEnd > floor || seenOf(stored) >= seenBefore) break;
    keys.push(key);
    end = batchEnd;
  }
  return { keys, end };
}

/** The least offset of each partition that a registered reader, or an owner that reads on from its last commit, needs. */
function neededFrom({ facts, owners }: Environment): ReadonlyMap<string, number> {
  const needed = new Map<string, number>();
  const keep = (positions: readonly Position[]) => {
    for (const { topic, partition, offset } of positions) {
      const name = `${topic}/${partition}`;
      needed.set(name, Math.min(offset, needed.get(name) ?? offset));
    }
  };
  for (const { value } of facts.getRange({ start: ['retain'], end: ['retaio'] })) keep(value as readonly Position[]);
  for (const { value } of owners.getRange()) keep(decodeRecord(value).positions);
  return needed;
}

function slotName({ topic, partition }: Slot): string {
  return `${topic}/${partition}`;
}
