/**
 * The real route and the real tasks on one thread and without a log: what a data set is judged by when
 * only the judgement is wanted. The journal has as many partitions as in service, since what is ordinary
 * is known by partition.
 */

import type { FoundAlert, Population } from '../dashboards/evaluate.ts';
import { Router } from '../processors/route/router.ts';
import { type OutputTopic, outputRecord } from '../processors/score/outputs.ts';
import { Task } from '../processors/score/task.ts';
import type { Append } from '../runtime/log/port.ts';
import { valueAt } from '../runtime/log/values.ts';
import type { Alert } from '../schemas/alert.ts';
import type { Decision, Outcome } from '../schemas/decision.ts';
import type { Declared } from '../schemas/declare.ts';
import { partyOf, type Transfer } from '../schemas/events/transfer.ts';
import type { Void } from '../schemas/events/void.ts';
import { EVENTS, type EventOf, type EventTopic } from '../schemas/journal.ts';

const PARTITIONS = 16;
/** Events routed before they are folded: what a commit of the router would hold. */
const BATCH = 256;

export class Judge {
  readonly #router = new Router({ partitions: PARTITIONS, kinds: new Set(['device', 'operator']) });
  readonly #tasks = Array.from({ length: PARTITIONS }, (_, partition) => new Task(partition, () => null));
  readonly #offsets = new Map<string, number>();
  readonly #outcomes = new Map<string, Outcome>();
  readonly #found = new Map<string, FoundAlert>();
  readonly #accounts = new Set<string>();
  #transfers = 0;
  #deadLetters = 0;
  #waiting = 0;

  /** Judges an event that was appended at `seen`. */
  append<K extends EventTopic>(topic: K, event: EventOf<K>, seen: number): void {
    if (topic === 'transfers') this.#count(event as Transfer);
    const record = EVENTS[topic] as unknown as Declared<EventOf<K>>;
    this.#route(topic, record.encode(event), seen);
    if (++this.#waiting >= BATCH) this.flush();
  }

  /** The decision in force; null where there is none. */
  outcomeOf(transferId: string): Outcome | null {
    if (!this.#outcomes.has(transferId)) this.flush();
    return this.#outcomes.get(transferId) ?? null;
  }

  /** Alerts so far by rule and subject. */
  alerts(): FoundAlert[] {
    this.flush();
    return [...this.#found.values()];
  }

  get population(): Population {
    return { accounts: this.#accounts.size, transfers: this.#transfers };
  }

  /** Events that route or a task refused: none, where the data is whole. */
  get deadLetters(): number {
    return this.#deadLetters;
  }

  flush(): void {
    this.#waiting = 0;
    for (let appends = this.#router.take(); appends.length > 0; appends = this.#router.take()) {
      for (const append of appends) this.#fold(append);
    }
  }

  #count(transfer: Transfer): void {
    this.#accounts.add(partyOf(transfer.debtor)).add(partyOf(transfer.creditor));
    if (transfer.status === 'submitted') this.#transfers++;
  }

  #route(topic: EventTopic, record: Buffer, seen: number): void {
    const offset = this.#offsets.get(topic) ?? 0;
    this.#offsets.set(topic, offset + 1);
    const source = { topic, partition: 0, offset, seen };
    this.#router.route(source, record, this.#router.peek(source, record));
  }

  #fold(append: Append): void {
    if (append.topic === 'dead-letters') {
      this.#deadLetters += append.values.count;
      return;
    }
    const task = this.#tasks[append.partition] as Task;
    for (let index = 0; index < append.values.count; index++) {
      task.fold(valueAt(append.values, index), append.fingerprint);
    }
    for (const output of task.take()) this.#take(output);
  }

  #take({ topic, values }: Append): void {
    for (let index = 0; index < values.count; index++) {
      const bytes = valueAt(values, index);
      if (topic === 'voids') this.#route('voids', bytes, (EVENTS.voids.decode(bytes) as Void).at);
      else if (topic === 'dead-letters') this.#deadLetters++;
      else if (topic === 'decisions') this.#decide(decoded(topic, bytes));
      else if (topic === 'alerts') this.#alert(decoded(topic, bytes));
    }
  }

  #decide({ transferId, outcome }: Decision): void {
    this.#outcomes.set(transferId, outcome);
  }

  #alert({ rule, subject, revision, family }: Alert): void {
    if (revision > 1 || family === 'operations') return;
    const key = `${rule} ${subject}`;
    this.#found.set(key, { rule, family, subject, alerts: (this.#found.get(key)?.alerts ?? 0) + 1 });
  }
}

function decoded<T>(topic: OutputTopic, bytes: Buffer): T {
  return outputRecord(topic).decode(bytes) as T;
}
