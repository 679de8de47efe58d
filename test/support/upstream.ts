/**
 * Systems that send events over HTTP, whatever becomes of the process that takes them: what was not
 * acknowledged is sent again, and what was is remembered, to be looked for afterwards.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../../producers/demo/random.ts';
import type { Receipt } from '../../producers/intake.ts';
import { systemNow } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log/port.ts';
import type { Declared } from '../../schemas/declare.ts';
import { eventIdOf } from '../../schemas/ids.ts';
import { EVENTS, type EventTopic } from '../../schemas/journal.ts';
import { recordsOf } from './proofs.ts';
import { ADMIN_KEY } from './running-weir.ts';
import { type Json, type Load, Traffic } from './traffic.ts';

export interface UpstreamOptions {
  readonly traffic: Traffic;
  readonly random: Random;
  /** Where the process listens now; null while none does. */
  readonly address: () => string | null;
  readonly now: () => number;
}

/** Sends what the seed has until it is stopped; what goes wrong there is told by `sending`. */
export function startUpstream(
  seed: number,
  connections: number,
  address: UpstreamOptions['address'],
): { readonly upstream: Upstream; readonly sending: Promise<void> } {
  const upstream = new Upstream({ traffic: new Traffic(seed), random: new Random(seed, 2), address, now: systemNow });
  const sending = upstream.run(connections);
  // Whoever waits for it is told; nobody does so from the beginning on.
  sending.catch(() => {});
  return { upstream, sending };
}

/** A request with what became of it. */
interface Sent {
  readonly load: Load;
  attempts: number;
  receipts: readonly Receipt[];
}

/** How a request is put; the same each time that it is sent again. */
interface Form {
  readonly single: boolean;
  readonly wait: boolean;
  readonly idempotencyKey: string | null;
}

/** What intake may answer besides taking the events: nothing is known of the transfer, or the wait told of a refusal. */
const ALSO_FINE: { readonly [topic: string]: readonly number[] } = { approvals: [404, 422], transfers: [422] };
const RETRY_MS = 20;

export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #sent: Sent[] = [];
  readonly #keys = new Map<string, string>();
  #stopped = false;
  acknowledged = 0;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** Sends until stopped, several requests at a time. */
  async run(connections: number): Promise<void> {
    await Promise.all(Array.from({ length: connections }, () => this.#connection()));
  }

  stop(): void {
    this.#stopped = true;
  }

  /** What the log does not hold as it was acknowledged; in words. */
  provedKept(log: Log): string[] {
    const wrong: string[] = [];
    const offsets = new Map<string, string>();
    const counts = new Map<string, number>();
    for (const topic of Object.keys(EVENTS) as EventTopic[]) {
      for (const { partition, offset, bytes } of recordsOf(log, topic)) {
        offsets.set(`${topic}/${partition}/${offset}`, keyOf(topic, bytes));
        counts.set(keyOf(topic, bytes), (counts.get(keyOf(topic, bytes)) ?? 0) + 1);
      }
    }
    const places = new Set<string>();
    const tries = new Map<string, number>();
    for (const { load, attempts, receipts } of this.#sent) {
      for (const [index, { topic, partition, offset, eventId }] of receipts.entries()) {
        const place = `${topic}/${partition}/${offset}`;
        const key = offsets.get(place);
        if (places.has(place)) wrong.push(`${place} was acknowledged twice`);
        places.add(place);
        if (key === undefined) wrong.push(`${place} (${eventId}) was acknowledged and is not there`);
        else if (!isEvent(load, index, eventId, key))
          wrong.push(`${place} is not ${eventId}, for which it was acknowledged`);
        if (key !== undefined) tries.set(key, tries.get(key) ?? 0);
      }
      for (const event of load.events) {
        const bytes = bytesOf(load.topic, event);
        if (bytes !== null) tries.set(keyOf(load.topic, bytes), (tries.get(keyOf(load.topic, bytes)) ?? 0) + attempts);
      }
    }
    for (const [key, count] of counts) {
      const tried = tries.get(key) ?? 0;
      if (tried > 0 && count > tried)
        wrong.push(`${key.slice(0, 80)} is there ${count} times, and was sent ${tried} times`);
    }
    return wrong.slice(0, 10);
  }

  async #connection(): Promise<void> {
    const { traffic, random, now } = this.#options;
    while (!this.#stopped) {
      const sent: Sent = { load: traffic.next(now()), attempts: 0, receipts: [] };
      this.#sent.push(sent);
      const form: Form = {
        single: sent.load.events.length === 1 && (sent.load.topic === 'control' || random.chance(0.5)),
        wait: sent.load.topic === 'transfers' && random.chance(0.1),
        idempotencyKey: random.chance(0.3) ? `"${random.below(2 ** 31)}-${random.below(2 ** 31)}"` : null,
      };
      while (!this.#stopped && !(await this.#try(sent, form))) await pause(RETRY_MS);
      await pause(random.below(25));
    }
  }

  /** True where the process answered; false where it was not there, or died before it did. */
  async #try(sent: Sent, { single, wait, idempotencyKey }: Form): Promise<boolean> {
    const { topic, events } = sent.load;
    const base = this.#options.address();
    if (base === null) return false;
    try {
      const bodies = topic === 'approvals' ? events.map(({ by: _, subject: __, ...body }) => body) : events;
      const key = topic === 'approvals' ? await this.#keyOf(base, events[0]?.by as string) : ADMIN_KEY;
      sent.attempts++;
      const response = await fetch(`${base}/v1/${topic}${wait ? '?wait=decision&timeoutMs=500' : ''}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          ...(idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey }),
        },
        body: JSON.stringify(single ? bodies[0] : bodies),
      });
      const body = (await response.json()) as { receipts?: readonly Receipt[] };
      if (response.ok) {
        sent.receipts = body.receipts ?? [];
        this.acknowledged += events.length;
        return true;
      }
      // It is stopping: whoever comes next takes it.
      if (response.status === 503) return false;
      if (ALSO_FINE[topic]?.includes(response.status) === true) return true;
      throw new UnexpectedAnswer(`POST /v1/${topic} was answered with ${response.status}: ${JSON.stringify(body)}`);
    } catch (error) {
      if (error instanceof UnexpectedAnswer) throw error;
      return false;
    }
  }

  async #keyOf(base: string, approver: string): Promise<string> {
    const known = this.#keys.get(approver);
    if (known !== undefined) return known;
    const response = await fetch(`${base}/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: approver, roles: ['approver'] }),
    });
    const { key } = (await response.json()) as { key: string };
    this.#keys.set(approver, key);
    return key;
  }
}

class UnexpectedAnswer extends Error {}

/** Names a record by what it says. */
function keyOf(topic: string, bytes: Buffer): string {
  return `${topic} ${bytes.toString('base64')}`;
}

/** The record that an event becomes; null where intake adds to it. */
function bytesOf(topic: EventTopic, event: Json): Buffer | null {
  if (topic === 'approvals' || topic === 'control') return null;
  const record = EVENTS[topic] as unknown as Declared<unknown>;
  return record.encode(record.json.parse(event));
}

function isEvent({ topic, events }: Load, index: number, eventId: string, key: string): boolean {
  const bytes = bytesOf(topic, events[index] as Json);
  if (bytes !== null) return key === keyOf(topic, bytes);
  const stored = Buffer.from(key.slice(topic.length + 1), 'base64');
  return eventIdOf(topic, EVENTS[topic].decode(stored) as never) === eventId;
}
