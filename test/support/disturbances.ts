/**
 * What goes wrong on a cluster, each as real as it gets: processes are killed, stopped and sleep until others
 * have their work, brokers restart, connections break in the middle of a transaction, strangers take over a
 * transactional id, upstreams abort, and ClickHouse fails after it stored. Disturbances of one kind of part
 * come one after the other, those of different parts at the same time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { expect } from 'vitest';
import type { Random } from '../../producers/demo/random.ts';
import { type Declared, schemaOf } from '../../schemas/declare.ts';
import { type Transfer, transferRecord } from '../../schemas/events/transfer.ts';
import type { Harm } from './clickhouse-http.ts';
import { eventually } from './eventually.ts';
import type { KafkaCluster } from './kafka/cluster.ts';
import type { CuttingProxy, RequestKind } from './kafka/cutting-proxy.ts';
import type { RegistryServer } from './registry-server.ts';
import { haveAll, type WorkerProcess } from './workers.ts';

export interface Disturbed {
  readonly random: Random;
  readonly now: () => number;
  readonly prefix: string;
  readonly partitions: number;
  readonly workers: readonly WorkerProcess[];
  readonly cluster: KafkaCluster;
  readonly proxy: CuttingProxy;
  readonly registry: RegistryServer;
  /** What ClickHouse does to inserts; `done` counts. */
  readonly inserts: { readonly harm: { now: Harm }; readonly done: { readonly [harm in Harm]: number } };
  /** Transfers that other systems wrote, by how their transactions ended. */
  readonly foreign: { readonly committed: string[]; readonly aborted: string[] };
}

/** Whatever it is that is waited for, brokers may be restarting and others have the processors. */
const DEADLINE_MS = 150_000;
/** The broker ends what strangers left open after this. */
const FOREIGN_TIMEOUT_MS = 2_000;
const LATER_MAX_MS = 1_500;

type Work = (run: Disturbed) => Promise<void>;

/** By the part that is disturbed. */
const DISTURBANCES: { readonly [part: string]: { readonly [what: string]: Work } } = {
  workers: {
    'a worker is killed': async ({ random, workers }) => {
      const worker = random.pick(workers);
      await worker.end('SIGKILL');
      await pause(random.below(LATER_MAX_MS));
      await comeAgain(worker);
    },
    'a worker leaves and comes again': async ({ random, workers }) => {
      const worker = random.pick(workers);
      expect(await worker.end('SIGTERM'), worker.printed()).toEqual([0, null]);
      await comeAgain(worker);
    },
    'a worker sleeps until others have its work': async ({ random, workers, partitions }) => {
      const sleeper = random.pick(workers);
      // One that has just come has nothing to lose yet, and would notice nothing.
      await eventually('it has work', async () => (await sleeper.partitions()).length > 0, DEADLINE_MS);
      const before = sleeper.printed().length;
      sleeper.signal('SIGSTOP');
      try {
        const others = workers.filter((worker) => worker !== sleeper);
        await haveAll(others, partitions, DEADLINE_MS);
      } finally {
        sleeper.signal('SIGCONT');
      }
      const notices = () => /"lost":true|another process took over/.test(sleeper.printed().slice(before));
      await eventually('it notices that it slept', notices, DEADLINE_MS);
    },
    'a worker dies between the records of its transactions and their ends': async ({ random, workers, proxy }) => {
      const ends = proxy.cut({ kind: 'endTxn', lost: 'request', times: Number.POSITIVE_INFINITY });
      const worker = random.pick(workers);
      await eventually('ends are lost', () => ends.done >= 4, DEADLINE_MS);
      await worker.end('SIGKILL');
      ends.end();
      await comeAgain(worker);
    },
  },
  broker: {
    'the broker restarts': async ({ cluster }) => {
      await cluster.stopNode();
      await cluster.startNode();
    },
    'the broker is killed': async ({ cluster }) => {
      await cluster.killNode();
      await cluster.startNode();
    },
  },
  connections: {
    'requests are lost': (run) => lose(run, 'request'),
    'answers are lost': (run) => lose(run, 'answer'),
  },
  strangers: {
    'a stranger takes over a transactional id and dies': (run) => takeOver(run, 'dies'),
    'a stranger takes over a transactional id and aborts': (run) => takeOver(run, 'aborts'),
    'another system commits, aborts, and lets a transaction hang': writeAsOthers,
  },
  clickhouse: {
    'ClickHouse answers 500 after it stored': (run) => harmInserts(run, 'run-then-500'),
    'ClickHouse is cut off after it stored': (run) => harmInserts(run, 'run-then-cut'),
    'ClickHouse is cut off half way': (run) => harmInserts(run, 'cut-half-way'),
    'nothing reaches ClickHouse, and nothing comes back': (run) => harmInserts(run, 'hang'),
  },
};

export interface Way {
  readonly part: string;
  readonly what: string;
  readonly work: Work;
}

/** So many ways to disturb, as the seed has it, each at most once. */
export function pickedWays(random: Random, count: number): Way[] {
  const all = Object.entries(DISTURBANCES).flatMap(([part, ways]) => {
    return Object.entries(ways).map(([what, work]): Way => ({ part, what, work }));
  });
  return Array.from({ length: count }, () => all.splice(random.below(all.length), 1)[0]!);
}

export async function disturb(run: Disturbed, ways: readonly Way[]): Promise<void> {
  const lanes = [...Map.groupBy(ways, ({ part }) => part).values()];
  await Promise.all(
    lanes.map(async (lane) => {
      for (const { work } of lane) {
        await pause(run.random.below(LATER_MAX_MS));
        await work(run);
      }
    }),
  );
}

/** As whatever watches over a process would: one that found no broker is started once more. */
async function comeAgain(worker: WorkerProcess): Promise<void> {
  await eventually(
    'a worker comes again',
    async () => {
      await worker.start();
      return true;
    },
    DEADLINE_MS,
  );
}

/** Some connections break over a few requests of transactions. */
async function lose({ random, proxy }: Disturbed, lost: 'request' | 'answer'): Promise<void> {
  const kinds: readonly RequestKind[] = ['produce', 'addPartitions', 'endTxn'];
  const often = random.pick(kinds);
  const cuts = [
    proxy.cut({ kind: often, lost, times: random.whole(2, 8) }),
    proxy.cut({ kind: 'initProducer', lost, times: 2 }),
    proxy.cut({ kind: 'fetch', lost, times: random.below(5) }),
  ];
  await eventually(`connections break over ${often}`, () => (cuts[0]?.done ?? 0) >= 2, DEADLINE_MS);
  for (const cut of cuts) cut.end();
}

/**
 * Somebody with the same transactional id: what it wrote is whatever it is, its positions are nonsense, and none
 * of it is ever committed.
 */
async function takeOver(run: Disturbed, how: 'dies' | 'aborts'): Promise<void> {
  const { random, prefix, partitions, cluster } = run;
  const partition = random.below(partitions);
  const [owner, topic, own] = random.pick([
    [`score-${partition}`, 'decisions', partition],
    [`score-${partition}`, 'alerts', partition],
    [`state-${partition}`, 'state', partition],
    ['route', 'journal', partition],
  ] as const);
  await eventually(
    `a stranger takes over ${owner}`,
    async () => {
      const producer = producerOf(cluster, `${prefix}weir-${owner}`);
      try {
        await producer.connect();
        const transaction = await producer.transaction();
        const nonsense = { key: owner, value: 'of a stranger' };
        await transaction.send({ topic: prefix + topic, messages: [{ ...nonsense, partition: own }] });
        await transaction.send({ topic: `${prefix}commits`, messages: [{ ...nonsense, partition }] });
        if (how === 'aborts') await transaction.abort();
        return true;
      } finally {
        await producer.disconnect();
      }
    },
    DEADLINE_MS,
  );
}

/** Another system writes transfers in transactions: one counts, one does not, and one is in the way until the broker ends it. */
async function writeAsOthers(run: Disturbed): Promise<void> {
  const { random, prefix, cluster, registry, foreign, now } = run;
  const topic = `${prefix}transfers`;
  const schema = JSON.stringify(schemaOf(transferRecord as unknown as Declared<unknown>));
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(registry.register(`${topic}-value`, schema), 1);
  for (const ends of ['commit', 'abort', 'hang'] as const) {
    const transactionalId = `${prefix}other-${ends}-${random.below(2 ** 31)}`;
    await eventually(
      `another system writes, to ${ends}`,
      async () => {
        // What a failed try left of it is never committed; another name tells it from the next.
        const transferId = `F-${ends}-${random.below(2 ** 31)}`;
        if (ends !== 'commit') foreign.aborted.push(transferId);
        const transfer: Transfer = { ...transferRecord.example, transferId, eventId: transferId, at: now() };
        const value = Buffer.concat([frame, transferRecord.encode(transfer)]);
        const producer = producerOf(cluster, transactionalId);
        try {
          await producer.connect();
          const transaction = await producer.transaction();
          await transaction.send({ topic, messages: [{ value, partition: 0 }] });
          if (ends === 'abort') await transaction.abort();
          if (ends === 'commit') await transaction.commit();
        } finally {
          await producer.disconnect();
        }
        if (ends === 'commit') foreign.committed.push(transferId);
        return true;
      },
      DEADLINE_MS,
    );
  }
}

function producerOf(cluster: KafkaCluster, transactionalId: string) {
  const client = new kafkajs.Kafka({ brokers: cluster.brokers, logLevel: kafkajs.logLevel.NOTHING });
  const createPartitioner = kafkajs.Partitioners.DefaultPartitioner;
  const retry = { initialRetryTime: 50, maxRetryTime: 500, retries: 10 };
  const once = { transactionalId, maxInFlightRequests: 1, idempotent: true };
  return client.producer({ ...once, transactionTimeout: FOREIGN_TIMEOUT_MS, createPartitioner, retry });
}

async function harmInserts({ random, inserts }: Disturbed, harm: Harm): Promise<void> {
  const wanted = inserts.done[harm] + random.whole(1, 3);
  inserts.harm.now = harm;
  try {
    await eventually(`inserts meet “${harm}”`, () => inserts.done[harm] >= wanted, DEADLINE_MS);
  } finally {
    inserts.harm.now = 'pass';
  }
}
