/** What a Kafka log does where connections go dead without a word, a transaction is timed out, or a reader stands still. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { Commits } from '../../../runtime/log/commits.ts';
import { type KafkaLog, type KafkaLogOptions, openKafkaLog } from '../../../runtime/log/kafka.ts';
import type { Committer, Position } from '../../../runtime/log/port.ts';
import { eventually } from '../../support/eventually.ts';
import { KafkaCluster } from '../../support/kafka/cluster.ts';
import { SwallowingProxy } from '../../support/kafka/proxy.ts';
import { kafkaFromJars } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';
import { RegistryServer } from '../../support/registry-server.ts';
import { code, commitOf, declare, readAll, texts, textsOf } from './contract.ts';

/** Long, so that what a test finds was not simply a matter of waiting for it. */
const LONG_MS = 60_000;

describeWith(kafkaFromJars, 'the Kafka log on a bad network', () => {
  let proxy: SwallowingProxy;
  let cluster: KafkaCluster;
  let registry: RegistryServer;
  let prefix: string;
  let troubles: string[];
  let tests = 0;
  const warnings: string[] = [];
  const warn = ({ name, message }: Error) => void warnings.push(`${name}: ${message}`);

  beforeAll(async () => {
    process.on('warning', warn);
    proxy = await SwallowingProxy.start();
    const properties = ['transaction.abort.timed.out.transaction.cleanup.interval.ms=200'];
    cluster = await KafkaCluster.start({ proxyPort: proxy.port, properties });
    proxy.target = cluster.proxiedPort;
    registry = await RegistryServer.start();
  });
  afterAll(async () => {
    process.off('warning', warn);
    await registry.stop();
    proxy.close();
    await cluster.remove();
  });
  beforeEach(() => {
    prefix = `g${++tests}.`;
    troubles = [];
  });

  async function open(options: Partial<KafkaLogOptions> = {}): Promise<KafkaLog> {
    const log = await openKafkaLog({
      connection: { brokers: [`127.0.0.1:${proxy.port}`], clientId: 'weir-test' },
      registry: { url: registry.url },
      prefix,
      makeTopics: { partitions: 2 },
      onTrouble: (error) => troubles.push((error as Error).message),
      ...options,
    });
    onTestFinished(() => log.close());
    await declare(log);
    return log;
  }

  /** A transaction that was opened, and whose end never comes. */
  function cutOff(committer: Committer, positions: readonly Position[]): Promise<void> {
    const large = texts(
      'decisions',
      0,
      Array.from({ length: 8 }, () => 'x'.repeat(800_000)),
    );
    proxy.swallowAfter(4_000_000);
    return committer.commit(commitOf([large], 'hanging', positions));
  }

  it('goes on where connections went dead: what was sent is sent again, and stands there once', async () => {
    const log = await open({ requestTimeoutMs: 1_500 });
    const committer = log.committer('score-0');
    await committer.fence();
    const reader = log.reader('decisions', 0, 0, { durable: true });
    for (let round = 0; round < 3; round++) {
      await log.append(texts('transfers', 0, [`${round}`]));
      await committer.commit(commitOf([texts('decisions', 0, [`${round}`])], `${round}`));
      expect(textsOf(await reader.next())).toEqual([`${round}`]);
      proxy.swallow();
    }
    expect(await readAll(log, 'transfers', 0)).toEqual(['0', '1', '2']);
    expect(await readAll(log, 'decisions', 0)).toEqual(['0', '1', '2']);
  });

  it('tells a transaction that the broker timed out from a takeover', async () => {
    const log = await open({ requestTimeoutMs: 7_000, transactionTimeoutMs: 3_000 });
    const committer = log.committer('score-0');
    const commits = new Commits('score-0', committer);
    await commits.fence();
    const position = (offset: number) => [{ topic: 'journal', partition: 0, offset }];
    const output = (text: string) => [texts('decisions', 0, [text])];
    await commits.send(commitOf(output('before'), 'before', position(1)));
    await commits.settled();
    // A transaction that was opened, and whose end never comes: the broker undoes it, and forgets its producer.
    const hanging = cutOff(committer, position(2));
    await expect(hanging).rejects.toEqual(code('LOG_UNAVAILABLE'));
    await expect(hanging).rejects.toThrow(
      'The broker ended a transaction of a commit of score-0, and nobody took over.',
    );
    await commits.fence();
    await commits.send(commitOf(output('after'), 'after', position(2)));
    await commits.settled();
    expect(await readAll(log, 'decisions', 0)).toEqual(['before', 'after']);
    // Another takes over, and the same commit is refused for good: whoever was shut out shuts out nobody.
    const successor = log.committer('score-0');
    await successor.fence();
    await expect(committer.commit(commitOf(output('zombie')))).rejects.toEqual(code('LOG_FENCED'));
    await successor.commit(commitOf(output('successor')));
  });

  it('undoes at the next fence what was cut off, and goes on as who it was', async () => {
    const log = await open({ requestTimeoutMs: 4_000, patienceMs: 3_000, transactionTimeoutMs: LONG_MS });
    const committer = log.committer('score-0');
    await committer.fence();
    await committer.commit(commitOf([texts('decisions', 0, ['before'])], 'before'));
    await expect(cutOff(committer, [])).rejects.toEqual(code('LOG_UNAVAILABLE'));
    // Other connections went dead, too; this log gives up on each before it tries another.
    const { state } = await eventually('it is fenced', () => committer.fence());
    expect(state.toString()).toBe('before');
    await committer.commit(commitOf([texts('decisions', 0, ['after'])], 'after'));
    expect(await readAll(log, 'decisions', 0)).toEqual(['before', 'after']);
  });

  it('waits for brokers when it takes over, longer than an append may wait', async () => {
    // Topics that were just made take a while until somebody leads them all.
    await (await open()).committer('score-0').fence();
    const log = await open({ patienceMs: 1_000 });
    const committer = log.committer('score-0');
    await committer.fence();
    await committer.commit(commitOf([texts('decisions', 0, ['before'])], 'before'));
    await cluster.stopNode();
    // One takes over for the first time and has still to connect, the other finds out how its commit ended.
    const fencing = Promise.all([log.committer('score-1').fence(), committer.fence()]);
    await expect(log.append(texts('transfers', 0, ['refused']))).rejects.toEqual(code('LOG_UNAVAILABLE'));
    await cluster.startNode();
    expect((await fencing).map(({ state }) => state.toString())).toEqual(['', 'before']);
  });

  it('takes over no longer than somebody wants it to, while brokers are away', async () => {
    const log = await open();
    const known = log.committer('score-0');
    await known.fence();
    await known.commit(commitOf([texts('decisions', 0, ['before'])], 'before'));
    await cluster.stopNode();
    const wanted = new AbortController();
    // One is connected, the others are still to connect.
    const { signal } = wanted;
    const waiting = [known.fence(signal), log.committer('score-1').fence(signal), log.kept(0).fence(signal)];
    const outcomes = Promise.allSettled(waiting);
    expect(await Promise.race([outcomes, pause(1_000, 'they wait')])).toBe('they wait');
    wanted.abort('wanted elsewhere');
    const rejected = { status: 'rejected', reason: 'wanted elsewhere' };
    expect(await outcomes).toEqual([rejected, rejected, rejected]);
    await cluster.startNode();
    // What it was in the middle of stands in nobody’s way, and its own neither.
    const successor = log.committer('score-0');
    expect((await successor.fence()).state.toString()).toBe('before');
    await successor.commit(commitOf([texts('decisions', 0, ['after'])], 'after'));
    expect(await readAll(log, 'decisions', 0)).toEqual(['before', 'after']);
  });

  it('opens the connections of a reader anew that stands still, and says so', async () => {
    const log = await open({ requestTimeoutMs: LONG_MS, watchMs: 2_500 });
    const writer = await open();
    const reader = log.reader('transfers', 0, 0, { durable: true });
    await writer.append(texts('transfers', 0, ['a']));
    expect(textsOf(await reader.next())).toEqual(['a']);
    // A fetch is under way, and its answer never comes. The other connections are found dead by whoever uses them.
    const next = reader.next();
    proxy.swallow();
    const other = await open();
    await other.append(texts('transfers', 0, ['b']));
    expect(textsOf(await next)).toEqual(['b']);
    expect(troubles.join()).toMatch(
      /Reading transfers, partition 0, stands still at offset 1, and the log goes on to 2/,
    );
  });

  it('left no listener on connections that were gone, in all of this', () => {
    expect(warnings.filter((warning) => warning.startsWith('MaxListenersExceeded'))).toEqual([]);
  });
});
