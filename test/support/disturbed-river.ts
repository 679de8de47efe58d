/**
 * A whole river on a real cluster, made to be disturbed: two workers that share the work, systems that send
 * events, and between all of them and the broker, and between the sink and ClickHouse, proxies that do harm.
 */
import { expect, onTestFailed, onTestFinished } from 'vitest';
import { Random } from '../../producers/demo/random.ts';
import type { ClickHouse } from '../../runtime/clickhouse.ts';
import { systemNow } from '../../runtime/clock.ts';
import { KafkaClient } from '../../runtime/log/kafka/client.ts';
import { refuseCodes } from '../../runtime/log/kafka/errors.ts';
import { Names } from '../../runtime/log/kafka/names.ts';
import { LATEST, listOffsets } from '../../runtime/log/kafka/requests.ts';
import { type KafkaLog, openKafkaLog } from '../../runtime/log/kafka.ts';
import { type ClickHouseServer, clientsOf, type Harm, serviceAt, startFaultyProxy } from './clickhouse-http.ts';
import type { Disturbed } from './disturbances.ts';
import { eventually } from './eventually.ts';
import { KafkaCluster } from './kafka/cluster.ts';
import { CuttingProxy } from './kafka/cutting-proxy.ts';
import { caughtUp } from './lives.ts';
import { RegistryServer } from './registry-server.ts';
import { startUpstream, type Upstream } from './upstream.ts';
import { WorkerProcess } from './workers.ts';

const PARTITIONS = 4;
const CONNECTIONS = 2;
const SESSION_MS = 2_000;
const GOES_ON_MS = 150_000;
const INSERT = /INSERT INTO (decisions|alerts|entries|events)\b/;

/** What rivers share: a broker behind a proxy, and a schema registry. */
export interface Bed {
  readonly proxy: CuttingProxy;
  readonly cluster: KafkaCluster;
  readonly registry: RegistryServer;
}

export async function startBed(): Promise<Bed> {
  const proxy = await CuttingProxy.start();
  const properties = [
    'transaction.abort.timed.out.transaction.cleanup.interval.ms=200',
    'log.segment.delete.delay.ms=1000',
  ];
  const cluster = await KafkaCluster.start({ proxyPort: proxy.port, properties });
  proxy.target = cluster.proxiedPort;
  return { proxy, cluster, registry: await RegistryServer.start() };
}

export async function removeBed({ proxy, cluster, registry }: Bed): Promise<void> {
  await registry.stop();
  proxy.close();
  await cluster.remove();
}

export interface DisturbedRiver extends Disturbed {
  readonly upstream: Upstream;
  /** Read past the proxy. */
  readonly log: KafkaLog;
  readonly clickhouse: ClickHouse;
  /** Resolves once further events are acknowledged. */
  goesOn(): Promise<void>;
  /** Ends the sending and all workers in good order; what they had no time for is done by one that nobody disturbs. */
  end(): Promise<void>;
}

/** Starts a river of its own on the bed; whatever happens, its processes end with the test. */
export async function startDisturbedRiver(bed: Bed, server: ClickHouseServer, seed: number): Promise<DisturbedRiver> {
  const { cluster, proxy, registry } = bed;
  const [prefix, database] = [`d${seed}.`, `d${seed}`];
  await clientsOf(serviceAt(server.port)).write.command({ query: `CREATE DATABASE ${database}` });
  const harm: { now: Harm } = { now: 'pass' };
  const harmful = await startFaultyProxy(server.port, (said) => (INSERT.test(said) ? harm.now : 'pass'));
  const environmentAt = (brokers: string, clickhousePort: number) => ({
    WEIR_KAFKA_BROKERS: brokers,
    WEIR_KAFKA_PREFIX: prefix,
    WEIR_KAFKA_SESSION_TIMEOUT: `${SESSION_MS}ms`,
    WEIR_SCHEMA_REGISTRY_URL: registry.url,
    WEIR_CLICKHOUSE_URL: `http://127.0.0.1:${clickhousePort}`,
    WEIR_CLICKHOUSE_DATABASE: database,
    WEIR_CLICKHOUSE_TIMEOUT: '2s',
    WEIR_FOLD_THREADS: '1',
    WEIR_STOP_DEADLINE: '60s',
  });
  const log = await openKafkaLog({
    connection: { brokers: cluster.brokers, clientId: 'weir-test' },
    registry: { url: registry.url },
    prefix,
    makeTopics: { partitions: PARTITIONS },
  });
  onTestFinished(() => log.close());
  const workers = ['http,clock,route,score,clickhouse', 'clock,route,score,clickhouse'].map((roles) => {
    return new WorkerProcess(roles, environmentAt(`127.0.0.1:${proxy.port}`, harmful.port));
  });
  const [head] = workers as [WorkerProcess];
  onTestFailed(() => {
    for (const worker of workers) console.error(worker.printed().slice(-6_000));
  });
  await Promise.all(workers.map((worker) => worker.start()));
  const { upstream, sending } = startUpstream(seed, CONNECTIONS, () => head.address);
  return {
    ...{ prefix, partitions: PARTITIONS, workers, cluster, proxy, registry, upstream, log },
    random: new Random(seed, 3),
    now: systemNow,
    inserts: { harm, done: harmful.done },
    foreign: { committed: [], aborted: [] },
    clickhouse: clientsOf(serviceAt(server.port, { database })),
    goesOn: async () => {
      const before = upstream.acknowledged;
      const going = eventually('events are acknowledged', () => upstream.acknowledged > before + 20, GOES_ON_MS);
      await Promise.race([going, sending.then(() => going)]);
    },
    end: async () => {
      upstream.stop();
      await sending;
      for (const [index, ended] of (await Promise.all(workers.map((worker) => worker.end('SIGTERM')))).entries()) {
        expect(ended, workers[index]?.printed().slice(-6_000)).toEqual([0, null]);
      }
      const engine = await caughtUp(head.dataDir, environmentAt(cluster.brokers.join(','), server.port));
      // Up to where readers of committed records get, that is: what the broker left hidden has to be ended first.
      await nothingHidden(cluster.brokers, prefix);
      await engine.caughtUp();
      await engine.stop();
    },
  };
}

/** Resolves once no open transaction hides anything of any topic. */
async function nothingHidden(brokers: readonly string[], prefix: string): Promise<void> {
  const counts = [...new Names(prefix).all(PARTITIONS)];
  const topics = counts.map(([topic]) => topic);
  const client = new KafkaClient({
    brokers,
    clientId: 'weir-test',
    topics,
    patienceMs: GOES_ON_MS,
    onTrouble: () => {},
  });
  const places = counts.flatMap(([topic, count]) => {
    return Array.from({ length: count }, (_, partition) => ({ topic, partition }));
  });
  const endsOf = async (open: boolean) => {
    const answers = await client.sendToLeaders(places, (own) => listOffsets(own, LATEST, { open }));
    refuseCodes(answers, 'asking for the end of');
    return new Map(answers.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));
  };
  try {
    await client.connect();
    const all = await endsOf(true);
    const looking = async () => {
      const seen = await endsOf(false);
      const hidden = [...all.keys()].filter((place) => (seen.get(place) as number) < (all.get(place) as number));
      if (hidden.length > 0) throw new Error(`something is hidden in ${hidden.join(', ')}`);
      return true;
    };
    await eventually('nothing is hidden', looking, GOES_ON_MS);
  } finally {
    await client.close();
  }
}
