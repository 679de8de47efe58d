/** Record keys of public topics, as an outsider's client sees them on a real broker. */
import kafkajs from 'kafkajs';
import { expect, it, onTestFinished } from 'vitest';
import { Outputs } from '../../../processors/score/outputs.ts';
import { Intake } from '../../../producers/intake.ts';
import { alertRecord } from '../../../schemas/alert.ts';
import { creditRatingRecord } from '../../../schemas/credit-rating.ts';
import { decisionRecord } from '../../../schemas/decision.ts';
import { type Declared, schemaOf } from '../../../schemas/declare.ts';
import { customerRecord } from '../../../schemas/events/customer.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { notificationRecord } from '../../../schemas/notification.ts';
import { KEYED_BY_FIRST_FIELD } from '../../../schemas/record-keys.ts';
import { TOPICS, type TopicName } from '../../../schemas/topics.ts';
import { kafka, openLogOn, useKafka } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';

it.each([...KEYED_BY_FIRST_FIELD])('of %s is a string that no record is without', (topic) => {
  const record = TOPICS[topic as TopicName].record as unknown as Declared<unknown>;
  expect((schemaOf(record) as { fields: { type: unknown }[] }).fields[0]?.type).toBe('string');
});

describeWith(kafka, 'record keys', () => {
  const broker = useKafka();

  it('say whom or what each record is about', async () => {
    const prefix = broker.newPrefix();
    const log = await openLogOn(broker, 1, prefix);
    const intake = new Intake(log);
    const { example } = transferRecord;
    const debtor = { ...example.debtor, party: null, account: '账户-1' };
    await intake.append('transfers', [example, { ...example, debtor }]);
    await intake.append('customers', [customerRecord.example]);
    const outputs = new Outputs();
    outputs.decision(decisionRecord.example);
    outputs.decision({ ...decisionRecord.example, transferId: 'T'.repeat(200) });
    outputs.alert(alertRecord.example);
    outputs.creditRating(creditRatingRecord.example);
    outputs.notification(notificationRecord.example);
    for (const record of [decisionRecord, alertRecord, creditRatingRecord, notificationRecord]) {
      await log.declareSchema(record.fingerprint, JSON.stringify(schemaOf(record as unknown as Declared<unknown>)));
    }
    const committer = log.committer('score-0');
    await committer.fence();
    await committer.commit({ outputs: outputs.take(0), positions: [], state: Buffer.alloc(0) });

    const wanted = {
      transfers: [example.debtor.party, '账户-1'],
      customers: [customerRecord.example.customerId],
      decisions: [decisionRecord.example.transferId, 'T'.repeat(200)],
      alerts: [alertRecord.example.alertId],
      'credit-ratings': [creditRatingRecord.example.customer],
      notifications: [notificationRecord.example.party],
    };
    const found = await keysIn(
      broker.brokers,
      prefix,
      Object.keys(wanted),
      Object.values(wanted).reduce((sum, keys) => sum + keys.length, 0),
    );
    expect(found).toEqual(wanted);
  });
});

/** Keys by topic, in order, once so many records have come. */
async function keysIn(brokers: readonly string[], prefix: string, topics: readonly string[], count: number) {
  const outside = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = outside.consumer({ groupId: `${prefix}outsider` });
  await consumer.connect();
  onTestFinished(() => consumer.disconnect());
  await consumer.subscribe({ topics: topics.map((topic) => prefix + topic), fromBeginning: true });
  const found: { [topic: string]: string[] } = Object.fromEntries(topics.map((topic) => [topic, []]));
  const all = Promise.withResolvers<void>();
  let left = count;
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
      found[topic.slice(prefix.length)]!.push(String(message.key));
      if (--left === 0) all.resolve();
    },
  });
  await all.promise;
  return found;
}
