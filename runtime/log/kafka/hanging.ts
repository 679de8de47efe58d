/**
 * Transactions that hang: over for their coordinator, and open for ever in a partition. A broker that shuts down may
 * note that one is complete without having marked its end in its partitions; Kafka 4.3 does. Whatever comes after it
 * there is hidden, and the next transaction of its producer that ends there would end it as well, however that ends.
 *
 * So whoever takes a transactional id over asks beforehand how its last transaction ended, and gives that end to
 * whatever is open afterwards: once it has taken over, nothing of its producer should be.
 */
import type { KafkaClient } from './client.ts';
import { CodeError, refuseCodes } from './errors.ts';
import { describeProducers, describeTransaction, type Place, type Producers } from './requests.ts';

/** `unknown`: none is remembered, or somebody took over since it ended. */
export type Ending = 'commit' | 'abort' | 'unknown';

const NOT_FOUND = 105;
const ENDINGS: { readonly [state: string]: Ending } = {
  PrepareCommit: 'commit',
  CompleteCommit: 'commit',
  PrepareAbort: 'abort',
  PrepareEpochFence: 'abort',
  CompleteAbort: 'abort',
  // Whoever takes over undoes it.
  Ongoing: 'abort',
};

export async function askEnding(client: KafkaClient, transactionalId: string): Promise<Ending> {
  const { code, state } = await client.sendToCoordinator(transactionalId, describeTransaction(transactionalId));
  if (code === NOT_FOUND) return 'unknown';
  if (code !== 0) throw new CodeError(code, `asking how the last transaction of ${transactionalId} ended`);
  return ENDINGS[state] ?? 'unknown';
}

/** The partitions among `places` in which a transaction of the producer is open. */
export async function askOpen(client: KafkaClient, places: readonly Place[], producerId: bigint): Promise<Place[]> {
  const described: Producers[] = await client.sendToLeaders(places, describeProducers);
  refuseCodes(described, 'asking for the producers of');
  const isOpen = ({ producers }: Producers) => producers.some(({ id, openFrom }) => id === producerId && openFrom >= 0);
  return described.filter(isOpen).map(({ topic, partition }) => ({ topic, partition }));
}
