/** A topic that is followed, after the broker compacted it: what was said last of each key is known, and no more. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { FollowedTopic } from '../../../runtime/log/followed.ts';
import { type KafkaLog, openKafkaLog } from '../../../runtime/log/kafka.ts';
import { type AccessChange, accessChangeRecord } from '../../../schemas/access.ts';
import { eventually } from '../../support/eventually.ts';
import { KafkaCluster } from '../../support/kafka/cluster.ts';
import { configureCompacted } from '../../support/kafka/compaction.ts';
import { kafkaFromJars } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';
import { RegistryServer } from '../../support/registry-server.ts';

const SUBJECTS = 100;
/** Together more than one segment. */
const ROUNDS = 90;

describeWith(kafkaFromJars, 'a followed topic that is compacted', () => {
  let cluster: KafkaCluster;
  let registry: RegistryServer;

  beforeAll(async () => {
    cluster = await KafkaCluster.start({ properties: ['log.cleaner.backoff.ms=200'] });
    registry = await RegistryServer.start();
  });
  afterAll(async () => {
    await registry.stop();
    await cluster.remove();
  });

  async function openLog(): Promise<KafkaLog> {
    const log = await openKafkaLog({
      connection: { brokers: cluster.brokers, clientId: 'weir-test' },
      registry: { url: registry.url },
      makeTopics: { partitions: 1 },
    });
    onTestFinished(() => log.close());
    return log;
  }

  /** What a process knows that begins now, and how many records it was given for that. */
  async function begin() {
    const known = new Map<string, AccessChange>();
    const given = { records: 0 };
    const followed = new FollowedTopic({
      log: await openLog(),
      topic: 'access',
      record: accessChangeRecord,
      take: (change) => {
        known.set(change.entry, change);
        given.records++;
      },
      onFault: (error) => {
        throw error;
      },
    });
    await followed.open();
    return { followed, known, given };
  }

  it('is known whole to who begins later, who then learns of what comes', async () => {
    const first = await begin();
    const config = { 'segment.bytes': '1048576', 'min.cleanable.dirty.ratio': '0.001' };
    await configureCompacted(cluster.brokers, 'access', config);
    const changeOf = (round: number, subject: number): AccessChange => {
      const said = { change: 'password', subject: `u-${subject}`, at: round } as const;
      return { ...accessChangeRecord.example, ...said, entry: `password:u-${subject}` };
    };
    for (let round = 0; round < ROUNDS; round++) {
      await first.followed.tell(Array.from({ length: SUBJECTS }, (_, subject) => changeOf(round, subject)));
    }
    const second = await eventually('the broker has compacted it', async () => {
      const one = await begin();
      return one.given.records < (SUBJECTS * ROUNDS) / 2 ? one : false;
    });
    expect(second.known).toEqual(first.known);
    expect([...second.known.values()].map(({ at }) => at)).toEqual(Array.from({ length: SUBJECTS }, () => ROUNDS - 1));
    await first.followed.tell([changeOf(ROUNDS, 0)]);
    await second.followed.catchUp();
    expect(second.known.get('password:u-0')).toMatchObject({ at: ROUNDS });
  });
});
