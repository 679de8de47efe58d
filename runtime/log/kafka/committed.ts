/**
 * What an owner committed last: positions and state in one record of the compacted topic `commits`, written
 * in the transaction of the outputs. Not as offsets of a consumer group, which expire once nobody is in the
 * group, hold too little, and cost two more requests a commit.
 */
import { WeirError } from '../../errors.ts';
import type { Committed, Position } from '../port.ts';
import type { KafkaClient, Patience } from './client.ts';
import { type Bounds, boundsOf, type Keyed, readKeyed, settledBoundsOf } from './keyed.ts';
import { COMMITS, type Names } from './names.ts';
import type { Place } from './requests.ts';

/** Looked through first, from the end; twice as many each time. A commit takes two offsets, its record and its marker. */
const LOOK_BACK = 64;

/** Reads what is committed now, as far as it is in sight, for whoever only looks. */
export async function readCommitted(client: KafkaClient, place: Place, owner: string): Promise<Committed> {
  const [bounds] = (await boundsOf(client, [place])) as [Bounds];
  return lastCommitted(client, place, owner, bounds);
}

/** Reads what is committed last, for whoever has just taken over and goes on from there. */
export async function takeCommitted(
  client: KafkaClient,
  place: Place,
  owner: string,
  patience: Patience & { readonly ms: number },
): Promise<Committed> {
  return lastCommitted(client, place, owner, await settledBoundsOf(client, place, patience), patience);
}

/** The last record of the owner is looked for from the end. */
async function lastCommitted(
  client: KafkaClient,
  place: Place,
  owner: string,
  { start, end }: Bounds,
  patience?: Patience,
): Promise<Committed> {
  let to = end;
  for (let back = LOOK_BACK; to > start; back *= 2) {
    const from = Math.max(start, to - back);
    const found = lastOf(await readKeyed(client, place, from, to, patience), owner);
    if (found !== null) return decodeCommitted(found, owner);
    to = from;
  }
  return { positions: [], state: Buffer.alloc(0) };
}

function lastOf(records: readonly Keyed[], owner: string): Buffer | null {
  return records.findLast(({ key }) => key.toString('utf8') === owner)?.value ?? null;
}

/** Length of the positions as JSON, the positions, the state. */
export function encodeCommitted(positions: readonly Position[], state: Uint8Array): Buffer {
  const head = Buffer.from(JSON.stringify(positions));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, state]);
}

function decodeCommitted(record: Buffer, owner: string): Committed {
  try {
    const end = 4 + record.readUInt32LE(0);
    const positions = JSON.parse(record.toString('utf8', 4, end)) as Position[];
    return { positions, state: Buffer.from(record.subarray(end)) };
  } catch (cause) {
    throw new WeirError('RECORD_UNDECODABLE', `What ${owner} committed last cannot be read.`, { cause });
  }
}

/** Without `commits` everything would be done a second time: refuses where it is empty though the journal is not. */
export async function refuseLostCommits(client: KafkaClient, names: Names, partitions: number): Promise<void> {
  const topic = names.topic(COMMITS);
  const count = names.all(partitions).get(topic) as number;
  const bounds = await boundsOf(
    client,
    Array.from({ length: count }, (_, partition) => ({ topic, partition })),
  );
  if (bounds.some(({ end }) => end > 0)) return;
  throw new WeirError(
    'LOG_POSITION_LOST',
    `The journal holds records, and ${topic}, which tells how far they were worked off, is empty. ` +
      'Put that topic back as it was; without it everything would be decided a second time.',
  );
}
