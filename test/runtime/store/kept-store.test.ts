/** Checkpoints that the log keeps: on a real broker, over takeovers, empty and outdated disks, and compaction. */
import { cpSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { type KafkaLog, openKafkaLog } from '../../../runtime/log/kafka.ts';
import type { Kept } from '../../../runtime/log/port.ts';
import { type CheckpointStore, openCheckpoints } from '../../../runtime/store/checkpoint-store.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { KafkaCluster } from '../../support/kafka/cluster.ts';
import { configureCompacted } from '../../support/kafka/compaction.ts';
import { kafkaFromJars } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';
import { RegistryServer } from '../../support/registry-server.ts';
import { code } from '../log/contract.ts';

const PARTITION = 1;
const NUDGE_MS = 5_000;

describeWith(kafkaFromJars, 'checkpoints that the log keeps', () => {
  let cluster: KafkaCluster;
  let registry: RegistryServer;
  let prefix: string;
  let logs = 0;

  beforeAll(async () => {
    // Compacts soon after there is something to compact.
    cluster = await KafkaCluster.start({ properties: ['log.cleaner.backoff.ms=200'] });
    registry = await RegistryServer.start();
  });
  afterAll(async () => {
    await registry.stop();
    await cluster.remove();
  });
  beforeEach(() => {
    prefix = `s${++logs}.`;
  });

  async function openLog(): Promise<KafkaLog> {
    const log = await openKafkaLog({
      connection: { brokers: cluster.brokers, clientId: 'weir-test' },
      registry: { url: registry.url },
      prefix,
      makeTopics: { partitions: 2 },
    });
    onTestFinished(() => log.close());
    return log;
  }

  /** A worker with this disk, which has taken the partition over. */
  async function worker(folder: string): Promise<CheckpointStore> {
    const store = openCheckpoints(folder, await openLog(), PARTITION);
    await store.recover(() => {});
    return store;
  }

  function contents(store: CheckpointStore): { [key: string]: string } {
    const entries = [...store.entries('s'), ...store.entries('f')];
    return Object.fromEntries(entries.map(({ key, value }) => [key.toString(), digest(value)]));
  }

  it('come to a worker with an empty disk, whatever their size, and without what went', async () => {
    const first = await worker(temporaryFolder());
    await first.write({ puts: [put('s1', 10, 'a'), put('s2', 3_000_000, 'b'), put('f', 1, 'c')], removes: [] });
    await first.write({ puts: [put('s2', 600_000, 'd'), put('s3', 0, '')], removes: [Buffer.from('s1')] });
    await first.write({ puts: [put('s2', 5, 'e'), put('s4', 1_048_576, 'f')], removes: [] });
    const wanted = { f: '1 c', s2: '5 e', s3: '0 ', s4: '1048576 f' };
    expect(contents(first)).toEqual(wanted);
    await first.close();
    const second = await worker(temporaryFolder());
    expect(contents(second)).toEqual(wanted);
    await second.clear();
    await second.close();
    const third = await worker(temporaryFolder());
    expect(contents(third)).toEqual({});
    await third.close();
  });

  it('are caught up with where the disk is behind, and made anew where it holds something else', async () => {
    const folder = temporaryFolder();
    const behind = temporaryFolder();
    const other = temporaryFolder();
    const first = await worker(folder);
    await first.write({ puts: [put('s1', 10, 'a'), put('s2', 700_000, 'b')], removes: [] });
    await first.close();
    cpSync(folder, behind, { recursive: true });
    const again = await worker(folder);
    const left: number[] = [];
    await again.write({ puts: [put('s2', 5, 'c'), put('s3', 9, 'd')], removes: [Buffer.from('s1')] });
    await again.close();
    const late = openCheckpoints(behind, await openLog(), PARTITION);
    await late.recover((records) => left.push(records));
    expect(contents(late)).toEqual({ s2: '5 c', s3: '9 d' });
    expect(left.at(-1)).toBe(0);
    await late.close();
    // The disk of another cluster, whose offsets may well be ahead.
    prefix = `s${++logs}.`;
    const elsewhere = await worker(other);
    for (let number = 0; number < 9; number++)
      await elsewhere.write({ puts: [put(`s${number}`, 1, 'x')], removes: [] });
    await elsewhere.close();
    prefix = `s${logs - 1}.`;
    const moved = await worker(other);
    expect(contents(moved)).toEqual({ s2: '5 c', s3: '9 d' });
    await moved.close();
  });

  it('are refused to whoever was shut out, and its disk does not lead', async () => {
    const zombie = await worker(temporaryFolder());
    await zombie.write({ puts: [put('s1', 1, 'a')], removes: [] });
    const successor = await worker(temporaryFolder());
    await successor.write({ puts: [put('s1', 1, 'b')], removes: [] });
    await expect(zombie.write({ puts: [put('s1', 1, 'z')], removes: [] })).rejects.toEqual(code('LOG_FENCED'));
    expect(contents(zombie)).toEqual({ s1: '1 a' });
    await successor.write({ puts: [put('s2', 1, 'c')], removes: [] });
    const last = await worker(temporaryFolder());
    expect(contents(last)).toEqual({ s1: '1 b', s2: '1 c' });
    for (const store of [zombie, successor, last]) await store.close();
  });

  it('stay whole when the broker compacts them, also where it forgot what was taken back', async () => {
    const behind = temporaryFolder();
    const first = await worker(behind);
    const puts = Array.from({ length: 40 }, (_, number) => put(`s${number}`, 20_000, 'a'));
    await first.write({ puts: [...puts, put('sL', 2_000_000, 'a')], removes: [] });
    await first.close();
    const config = { 'segment.bytes': '1048576', 'delete.retention.ms': '0', 'min.cleanable.dirty.ratio': '0.001' };
    await configureCompacted(cluster.brokers, `${prefix}state`, config);
    const copy = temporaryFolder();
    cpSync(behind, copy, { recursive: true });
    const second = await worker(copy);
    await second.write({ puts: [put('sL', 1_200_000, 'b')], removes: [Buffer.from('s7'), Buffer.from('s8')] });
    for (const fill of ['c', 'd', 'e', 'f']) {
      await second.write({ puts: [put('sL', 1_000_000, fill), put('sM', 1_000_000, fill)], removes: [] });
    }
    const wanted = contents(second);
    expect(wanted).toMatchObject({ sL: '1000000 f', s6: '20000 a' });
    expect(wanted.s7).toBeUndefined();
    // Until the broker has forgotten the first checkpoint's large value and that two keys were taken back.
    const kept = (await openLog()).kept(PARTITION);
    await kept.fence();
    let nudgeAt = performance.now() + NUDGE_MS;
    const compacted = async () => {
      const { bytes, tombstones } = await standing(kept);
      if (bytes < 5_500_000 && tombstones === 0) return true;
      if (performance.now() < nudgeAt) return false;
      // What was taken back goes with the second cleaning, and a broker cleans again only where more was written.
      // Whoever looks has shut out whoever writes.
      await second.fence();
      await second.write({ puts: [put('sM', 1_000_000, 'f')], removes: [] });
      nudgeAt = performance.now() + NUDGE_MS;
      return false;
    };
    await eventually('the broker compacts', compacted);
    await second.close();
    const empty = await worker(temporaryFolder());
    expect(contents(empty)).toEqual(wanted);
    await empty.close();
    const late = await worker(behind);
    expect(contents(late)).toEqual(wanted);
    await late.close();
  });
});

function put(key: string, bytes: number, fill: string) {
  return { key: Buffer.from(key), value: Buffer.alloc(bytes, fill) };
}

function digest(value: Buffer): string {
  const [first] = value;
  return `${value.length} ${value.every((byte) => byte === first) ? String.fromCharCode(...value.subarray(0, 1)) : 'mixed'}`;
}

/** What stands in the topic: bytes of values, and records that take back a whole key. */
async function standing(kept: Kept): Promise<{ bytes: number; tombstones: number }> {
  let bytes = 0;
  let tombstones = 0;
  await kept.read(0, (records) => {
    for (const { key, value } of records) {
      bytes += value?.length ?? 0;
      if (value === null && key.readUInt16BE(key.length - 2) === 0) tombstones++;
    }
  });
  return { bytes, tombstones };
}
