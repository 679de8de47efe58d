/** What a scenario is written down with: public events, each with the time at which its record is stored. */
import { EVENTS, type EventTopic } from '../../schemas/journal.ts';
import { HOUR_MS } from '../../schemas/time.ts';

/** An event in its JSON form, as senders write it. */
export interface Json {
  readonly [name: string]: unknown;
}

/** One line of `events.ndjson`. */
export interface Line {
  readonly topic: EventTopic;
  readonly seen: string;
  readonly event: Json;
}

/** The rules that must find somebody in a scenario, with whom; nobody else may be found. */
export type Found = { readonly [rule: string]: readonly string[] };

/** All scenarios play in Shanghai, so their times read as a clock there shows them. */
const ZONE_MS = 8 * HOUR_MS;

export function shanghai(day: string, time = '00:00'): number {
  return Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}+08:00`);
}

export function instantText(at: number): string {
  return new Date(at + ZONE_MS).toISOString().replace('Z', '+08:00');
}

export class Script {
  readonly #events: { readonly seen: number; readonly topic: EventTopic; readonly event: Json }[] = [];
  #transfers = 0;

  /** The event happens at `at`, and is stored half a second later unless said otherwise. */
  say(at: number, topic: EventTopic, event: Json, seen = at + 500): void {
    this.#events.push({ seen, topic, event: { at: instantText(at), ...event } });
  }

  customer(at: number, customerId: string, file: Json = {}): void {
    this.say(at, 'customers', { customerId, kind: 'person', zone: 'Asia/Shanghai', ...file });
  }

  /** A transfer between two parties' usual accounts; answers its id. */
  transfer(at: number, from: string, to: string, minor: number, fields: Json = {}, seen?: number): string {
    const transferId = `T-${String(++this.#transfers).padStart(4, '0')}`;
    const event = {
      transferId,
      kind: 'transfer',
      status: 'submitted',
      debtor: { party: from, account: `acc-${from}` },
      creditor: { party: to, account: `acc-${to}` },
      amount: { minor: Math.round(minor), currency: 'CNY' },
      ...fields,
    };
    this.say(at, 'transfers', event, seen);
    return String(event.transferId);
  }

  control(at: number, kind: string, fields: Json = {}): void {
    const controlId = `${kind}-${instantText(at)}`;
    this.say(at, 'control', { controlId, kind, ...fields }, at);
  }

  ticks(from: number, until: number, everyMs: number): void {
    for (let at = from; at <= until; at += everyMs) this.control(at, 'tick');
  }

  /** All lines in the order in which they are stored. */
  lines(): Line[] {
    const inOrder = this.#events
      .map((one, index) => ({ ...one, index }))
      .sort((left, right) => left.seen - right.seen || left.index - right.index);
    return inOrder.map(({ topic, seen, event }) => {
      EVENTS[topic].json.parse(event);
      return { topic, seen: instantText(seen), event };
    });
  }
}
