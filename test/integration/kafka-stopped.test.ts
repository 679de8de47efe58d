/** A process on Kafka that is told to end in the middle of taking its work over, while its brokers take nothing. */
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { KafkaCluster } from '../support/kafka/cluster.ts';
import { CuttingProxy } from '../support/kafka/cutting-proxy.ts';
import { kafkaFromJars } from '../support/kafka/real-kafka.ts';
import { describeWith } from '../support/real-parts.ts';
import { RegistryServer } from '../support/registry-server.ts';
import { haveAll, WorkerProcess } from '../support/workers.ts';

const PARTITIONS = 4;

describeWith(kafkaFromJars, 'a process that is taking over', () => {
  it('ends in good order though no broker lets it', async () => {
    const proxy = await CuttingProxy.start();
    onTestFinished(() => proxy.close());
    const cluster = await KafkaCluster.start({ proxyPort: proxy.port });
    onTestFinished(() => cluster.remove());
    proxy.target = cluster.proxiedPort;
    const registry = await RegistryServer.start();
    onTestFinished(() => registry.stop());
    const worker = new WorkerProcess('route,score', {
      WEIR_KAFKA_BROKERS: `127.0.0.1:${proxy.port}`,
      WEIR_KAFKA_MAKE_TOPICS: 'on',
      WEIR_SCHEMA_REGISTRY_URL: registry.url,
      WEIR_PARTITIONS: `${PARTITIONS}`,
    });
    onTestFinished(() => worker.end('SIGKILL').then(() => {}));
    // A first life, in which it takes over and declares what there is to declare.
    await worker.start();
    await haveAll([worker], PARTITIONS);
    expect(await worker.end('SIGTERM')).toEqual([0, null]);

    const cut = proxy.cut({ kind: 'initProducer', lost: 'request', times: Number.POSITIVE_INFINITY });
    const starting = worker.start().catch(() => {});
    await eventually('it tries to take over', () => cut.done > PARTITIONS);
    expect(await worker.end('SIGTERM')).toEqual([0, null]);
    await starting;
  });
});
