/**
 * The in-memory driver: pipe events in, advance time, read outputs. It runs the real route and the real
 * tasks on one thread and without a log, so a test of a rule takes a millisecond.
 */
import { Router } from '../../processors/route/router.ts';
import { parseSettings } from '../../processors/rules/settings.ts';
import { type OutputTopic, outputRecord } from '../../processors/score/outputs.ts';
import { Task } from '../../processors/score/task.ts';
import type { Append } from '../../runtime/log/port.ts';
import { valueAt } from '../../runtime/log/values.ts';
import type { Alert } from '../../schemas/alert.ts';
import type { CreditRating } from '../../schemas/credit-rating.ts';
import type { DeadLetter } from '../../schemas/dead-letter.ts';
import type { Decision } from '../../schemas/decision.ts';
import type { Void } from '../../schemas/events/void.ts';
import { EVENTS, type EventOf, type EventTopic } from '../../schemas/journal.ts';
import type { Notification } from '../../schemas/notification.ts';

export interface Outputs {
  decisions: Decision[];
  alerts: Alert[];
  'credit-ratings': CreditRating[];
  notifications: Notification[];
  'dead-letters': DeadLetter[];
  voids: Void[];
}

const START = Date.UTC(2026, 2, 2, 1);

export class Driver {
  readonly tasks: Task[];
  readonly router: Router;
  /** All journal appends so far, in order: what a replay folds. */
  readonly journal: Append[] = [];
  /** All outputs so far. */
  readonly outputs: Outputs = emptyOutputs();
  /** The time that events happen at, where they do not say. */
  now = START;
  readonly #offsets = new Map<string, number>();
  #ids = 0;

  constructor(options: { partitions?: number; settings?: string } = {}) {
    const partitions = options.partitions ?? 1;
    this.tasks = Array.from({ length: partitions }, (_none, partition) => new Task(partition, () => null));
    this.router = new Router({ partitions, kinds: new Set(['device', 'operator']) });
    if (options.settings !== undefined) this.settings(options.settings);
  }

  /** Sends an event in JSON form, `at` left out meaning now; answers what came out. */
  send<K extends EventTopic>(topic: K, json: { [name: string]: unknown }, seen?: number): Outputs {
    const event = EVENTS[topic].json.parse({ at: new Date(this.now).toISOString(), ...json }) as EventOf<K>;
    return this.append(topic, event, seen);
  }

  /** Sends an event in inner form. `seen` is the time of the event unless said. */
  append<K extends EventTopic>(topic: K, event: EventOf<K>, seen?: number): Outputs {
    return this.record(topic, (EVENTS[topic].encode as (event: EventOf<K>) => Buffer)(event), seen ?? event.at);
  }

  /** Sends a record's bytes. */
  record(topic: EventTopic, record: Buffer, seen = this.now): Outputs {
    const out = emptyOutputs();
    this.#route(topic, record, seen);
    for (let appends = this.router.take(); appends.length > 0; appends = this.router.take()) {
      for (const append of appends) this.#fold(append, out);
    }
    for (const topicName of Object.keys(out) as OutputTopic[]) {
      (this.outputs[topicName] as unknown[]).push(...out[topicName]);
    }
    return out;
  }

  /** A transfer in short: everything that is not said is ordinary. */
  transfer(
    fields: { [name: string]: unknown } & { from?: string; to?: string; minor?: number },
    seen?: number,
  ): Outputs {
    const { from = 'payer', to = 'payee', minor = 10_000, ...rest } = fields;
    return this.send(
      'transfers',
      {
        transferId: `T-${++this.#ids}`,
        kind: 'transfer',
        status: 'submitted',
        debtor: { party: from, account: `acc-${from}` },
        creditor: { party: to, account: `acc-${to}` },
        amount: { minor, currency: 'CNY' },
        ...rest,
      },
      seen,
    );
  }

  customer(fields: { [name: string]: unknown } & { customerId: string }): Outputs {
    return this.send('customers', { kind: 'person', ...fields });
  }

  /** Lets time pass to `at` and says so to all partitions. */
  tick(at: number): Outputs {
    this.now = at;
    return this.send('control', { controlId: `tick-${at}`, kind: 'tick', at: new Date(at).toISOString() });
  }

  advance(durationMs: number): Outputs {
    return this.tick(this.now + durationMs);
  }

  settings(yaml: string): Outputs {
    const settings = parseSettings(yaml, 'test.yaml');
    return this.send('control', {
      controlId: `settings-${++this.#ids}`,
      kind: 'settings',
      by: 'test',
      reason: 'test',
      settings,
    });
  }

  #route(topic: EventTopic, record: Buffer, seen: number): void {
    const offset = this.#offsets.get(topic) ?? 0;
    this.#offsets.set(topic, offset + 1);
    const source = { topic, partition: 0, offset, seen };
    this.router.route(source, record, this.router.peek(source, record));
  }

  #fold(append: Append, out: Outputs): void {
    if (append.topic === 'dead-letters') {
      collect(append, out);
      return;
    }
    this.journal.push(append);
    const task = this.tasks[append.partition]!;
    for (let index = 0; index < append.values.count; index++)
      task.fold(valueAt(append.values, index), append.fingerprint);
    for (const output of task.take()) {
      collect(output, out);
      if (output.topic !== 'voids') continue;
      for (let index = 0; index < output.values.count; index++)
        this.#route('voids', valueAt(output.values, index), this.now);
    }
  }
}

function collect(append: Append, out: Outputs): void {
  const topic = append.topic as OutputTopic;
  for (let index = 0; index < append.values.count; index++) {
    (out[topic] as unknown[]).push(outputRecord(topic).decode(valueAt(append.values, index)));
  }
}

function emptyOutputs(): Outputs {
  return { decisions: [], alerts: [], 'credit-ratings': [], notifications: [], 'dead-letters': [], voids: [] };
}
