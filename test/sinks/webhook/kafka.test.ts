/** Webhooks on Kafka: subscribed on one worker, sent by another, taken over by a third. */
import { expect, it, onTestFinished } from 'vitest';
import { isWeirError } from '../../../runtime/errors.ts';
import { openKafkaLog } from '../../../runtime/log/kafka.ts';
import { type Declared, schemaOf } from '../../../schemas/declare.ts';
import { TOPIC_NAMES, TOPICS } from '../../../schemas/topics.ts';
import { eventually } from '../../support/eventually.ts';
import { kafka, useKafka } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';
import { RegistryServer } from '../../support/registry-server.ts';
import { openWebhooks, PARTITIONS, startReceiver } from '../../support/webhooks.ts';

describeWith(kafka, 'webhooks on Kafka', () => {
  const broker = useKafka();

  it('are sent by whoever has the turn, from where the one before stood', async () => {
    const registry = await RegistryServer.start();
    const prefix = broker.newPrefix();
    const opened = () =>
      openKafkaLog({
        connection: { brokers: broker.brokers, clientId: 'weir-test' },
        registry: { url: registry.url },
        prefix,
        makeTopics: { partitions: PARTITIONS },
      });
    const logs = [await opened(), await opened(), await opened()] as const;
    onTestFinished(async () => {
      await Promise.all(logs.map((log) => log.close()));
      await registry.stop();
    });
    for (const topic of TOPIC_NAMES) {
      const record = TOPICS[topic].record as Declared<unknown> | null;
      if (record !== null) await logs[0].declareSchema(record.fingerprint, JSON.stringify(schemaOf(record)));
    }
    const faults: unknown[] = [];
    const desk = await openWebhooks({ log: logs[0], sends: false });
    const receiver = await startReceiver();
    const ids = () => new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size;
    const { id } = await desk.subscribe(receiver.url);
    const sender = await desk.sender({ log: logs[1], onFault: (error) => faults.push(error) });
    await desk.raise({ alertId: 'a-1' }, { alertId: 'a-2' }, { alertId: 'a-3' });
    await eventually('three came', () => ids() === 3);
    expect((await desk.ask('POST', `/v1/webhooks/${id}/test`)).body).toMatchObject({ outcome: 'delivered' });
    await eventually('health is known on another worker', async () => {
      const { body } = await desk.ask('GET', `/v1/webhooks/${id}`);
      return body.health?.unfinished === 0 && body.health.lagRecords === 0;
    });
    await desk.sender({ log: logs[2] });
    await desk.raise({ alertId: 'a-4' }, { alertId: 'a-5' });
    await eventually('all came', () => ids() === 6);
    await eventually('the earlier one has ended', () => faults.some((error) => isWeirError(error, 'LOG_FENCED')));
    await sender.stop();
    const before = receiver.received.length;
    await desk.ask('POST', `/v1/webhooks/${id}/replays`, { from: '2026-01-01T00:00:00Z' });
    await eventually('all five came again', () => receiver.received.length === before + 5);
  });
});
