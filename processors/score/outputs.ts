/**
 * What a task gives out between two commits: encoded values a topic, and a running digest over them.
 * The digest is taken block by block of the journal, so it does not depend on when commits happened.
 */
import { createHash } from 'node:crypto';
import type { Append, Log } from '../../runtime/log/port.ts';
import { ValueWriter } from '../../runtime/log/values.ts';
import { type Alert, alertRecord, isHit } from '../../schemas/alert.ts';
import { type CreditRating, creditRatingRecord } from '../../schemas/credit-rating.ts';
import { type DeadLetter, deadLetterRecord } from '../../schemas/dead-letter.ts';
import { type Decision, decisionRecord } from '../../schemas/decision.ts';
import type { Declared } from '../../schemas/declare.ts';
import { type Void, voidRecord } from '../../schemas/events/void.ts';
import { type Notification, notificationRecord } from '../../schemas/notification.ts';
import { alertSeries, alertStepSeries, deadLetterSeries, decisionSeries, Tally } from './tally.ts';

/** The topics that a task writes, in the order in which its digest takes them. */
const OUTPUT_RECORDS = {
  decisions: decisionRecord,
  alerts: alertRecord,
  'credit-ratings': creditRatingRecord,
  notifications: notificationRecord,
  'dead-letters': deadLetterRecord,
  voids: voidRecord,
} as const;

export type OutputTopic = keyof typeof OUTPUT_RECORDS;
/** Behind the last record of each topic, in the task’s partition of it. */
export type OutputEnds = { readonly [T in OutputTopic]: number };
export const OUTPUT_TOPICS = Object.keys(OUTPUT_RECORDS) as OutputTopic[];

/** Where a partition's outputs end in the log. A task is their only writer, so that is behind what it committed last. */
export function outputEnds(log: Pick<Log, 'end'>, partition: number): OutputEnds {
  return Object.fromEntries(OUTPUT_TOPICS.map((topic) => [topic, log.end(topic, partition)])) as OutputEnds;
}

export function outputRecord(topic: OutputTopic): Declared<unknown> {
  return OUTPUT_RECORDS[topic] as unknown as Declared<unknown>;
}

export class Outputs {
  readonly #writers = Object.fromEntries(OUTPUT_TOPICS.map((topic) => [topic, new ValueWriter()])) as {
    readonly [T in OutputTopic]: ValueWriter;
  };
  readonly #taken: number[] = OUTPUT_TOPICS.map(() => 0);
  /** The key of each notification. Of the other topics the log finds it in the value. */
  readonly #parties = new ValueWriter(256);
  digest: Buffer = Buffer.alloc(32);
  readonly tally = new Tally();

  /** For the acceptance that is written by hand; counts it too. */
  get acceptances(): ValueWriter {
    this.tally.accepted++;
    return this.#writers.decisions;
  }

  /** Bytes that wait for a commit. */
  get bytes(): number {
    return OUTPUT_TOPICS.reduce((sum, topic) => sum + this.#writers[topic].length, 0);
  }

  decision(value: Decision): void {
    this.#writers.decisions.write(decisionRecord.type, value);
    this.tally.add(decisionSeries(value.outcome));
  }

  alert(value: Alert): void {
    this.#writers.alerts.write(alertRecord.type, value);
    this.tally.add(isHit(value) ? alertSeries(value.rule, value.severity) : alertStepSeries(value.step!));
  }

  creditRating(value: CreditRating): void {
    this.#writers['credit-ratings'].write(creditRatingRecord.type, value);
  }

  notification(value: Notification): void {
    this.#writers.notifications.write(notificationRecord.type, value);
    this.#parties.text(value.party);
  }

  deadLetter(value: DeadLetter): void {
    this.#writers['dead-letters'].write(deadLetterRecord.type, value);
    this.tally.add(deadLetterSeries(value.topic, value.refusal));
  }

  void(value: Void): void {
    this.#writers.voids.write(voidRecord.type, value);
  }

  /** Takes what the journal block gave into the digest. */
  closeBlock(): void {
    let hash: ReturnType<typeof createHash> | null = null;
    for (const [index, topic] of OUTPUT_TOPICS.entries()) {
      const writer = this.#writers[topic];
      if (writer.length === this.#taken[index]) continue;
      hash ??= createHash('sha256').update(this.digest);
      hash.update(topic).update(writer.since(this.#taken[index]!));
      this.#taken[index] = writer.length;
    }
    if (hash !== null) this.digest = hash.digest();
  }

  /** All outputs since the last take, for the task's partition. */
  take(partition: number): Append[] {
    const appends: Append[] = [];
    for (const [index, topic] of OUTPUT_TOPICS.entries()) {
      const writer = this.#writers[topic];
      if (writer.count === 0) continue;
      const keys = topic === 'notifications' ? { keys: this.#parties.take() } : {};
      const { fingerprint } = OUTPUT_RECORDS[topic];
      appends.push({ topic, partition, fingerprint, values: writer.take(), ...keys });
      this.#taken[index] = 0;
    }
    return appends;
  }
}
