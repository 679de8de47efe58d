/** Trace context on Kafka: a header of each record that a request brought, which plain clients read. */
import kafkajs from 'kafkajs';
import { expect, it, onTestFinished } from 'vitest';
import { type Declared, schemaOf } from '../../../schemas/declare.ts';
import { transferRecord } from '../../../schemas/events/transfer.ts';
import { eventually } from '../../support/eventually.ts';
import { kafka, openLogOn, useKafka } from '../../support/kafka/real-kafka.ts';
import { describeWith } from '../../support/real-parts.ts';
import { outputs } from '../../support/records.ts';

const STATE = 'congo=t61rcWkgMzE';
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describeWith(kafka, 'trace context on Kafka', () => {
  const broker = useKafka();

  it('is a header of each record of its append, and of no other in the same batch', async () => {
    const prefix = broker.newPrefix();
    const log = await openLogOn(broker, 1, prefix);
    await log.declareSchema(transferRecord.fingerprint, JSON.stringify(schemaOf(transferRecord as Declared<unknown>)));
    const transfers = (...ids: string[]) => {
      return outputs(
        'transfers',
        0,
        ids.map((transferId) => ({ ...transferRecord.example, transferId })),
      );
    };
    await Promise.all([
      log.append(transfers('a')),
      log.append({ ...transfers('b', 'c'), trace: TRACE }),
      log.append(transfers('d')),
    ]);
    await log.append({ ...transfers('e'), trace: TRACE, traceState: STATE });
    const outside = new kafkajs.Kafka({ brokers: [...broker.brokers], logLevel: kafkajs.logLevel.NOTHING });
    const consumer = outside.consumer({ groupId: `${prefix}outside` });
    await consumer.connect();
    onTestFinished(() => consumer.disconnect());
    await consumer.subscribe({ topic: `${prefix}transfers`, fromBeginning: true });
    const read: [number, string | undefined][] = [];
    const states: (string | undefined)[] = [];
    await consumer.run({
      eachMessage: async ({ message }) => {
        states.push(message.headers?.tracestate?.toString());
        read.push([Number(message.offset), message.headers?.traceparent?.toString()]);
      },
    });
    await eventually('all are read', () => read.length === 5);
    expect(states).toEqual([undefined, undefined, undefined, undefined, STATE]);
    expect(read.slice(0, 4)).toEqual([
      [0, undefined],
      [1, TRACE],
      [2, TRACE],
      [3, undefined],
    ]);
    expect(read[4]).toEqual([4, TRACE]);
    const reader = log.reader('transfers', 0, 0, { durable: true });
    const ids: string[] = [];
    while (ids.length < 4) {
      const { values } = await reader.next();
      for (let index = 0; index < values.count; index++) {
        const begin = index === 0 ? 0 : values.ends[index - 1];
        ids.push(transferRecord.decode(values.body.subarray(begin, values.ends[index])).transferId);
      }
    }
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
  });
});
