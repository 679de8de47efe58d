/**
 * Fetches in the background what readers read next, so that `poll` finds it at hand. To each broker goes one
 * long fetch for all partitions that have room; a second connection serves those that get room, or are
 * sought elsewhere, while the first is waiting. A partition stands in one fetch at a time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { monotonicNow, type Repeating, repeatEvery } from '../../clock.ts';
import { isWeirError, WeirError } from '../../errors.ts';
import type { RecordBatch } from '../port.ts';
import type { KafkaClient } from './client.ts';
import { CodeError, mayPass, OFFSET_OUT_OF_RANGE } from './errors.ts';
import { isPublic, UNFRAMED } from './frames.ts';
import { readBatches } from './record-batches.ts';
import { type Fetched, type FetchLimits, fetch } from './requests.ts';
import { framedAgain, type Run, runsOf } from './runs.ts';
import type { Slot } from './slot.ts';

export interface FetcherOptions {
  /** Connected clients, one a fetch that may wait at a broker at the same time. */
  readonly lanes: readonly KafkaClient[];
  /** Name of a topic on the cluster. */
  readonly nameOf: (topic: string) => string;
  /** The fingerprint of a schema; asks the registry where it has to. */
  readonly fingerprintOf: (schema: Run['schema']) => string | Promise<string>;
  /** Where a partition begins and ends, as each answer tells. */
  readonly onOffsets: (topic: string, partition: number, start: number, end: number) => void;
  readonly onTrouble: (error: unknown) => void;
}

const LIMITS: FetchLimits = { waitMs: 500, bytes: 16 << 20, partitionBytes: 1 << 20 };
const LATER_WAIT_MS = 250;
const RETRY_MS = 100;
const SWEEP_MS = 15_000;

interface Lane {
  readonly client: KafkaClient;
  readonly waitMs: number;
  /** Brokers with a fetch under way. */
  readonly busy: Set<number>;
}

export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #lanes: readonly Lane[];
  readonly #slots = new Map<string, Slot>();
  readonly #sweeping: Repeating;
  #scheduled = false;
  #connected = false;
  #closed = false;

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#lanes = options.lanes.map((client, index) => {
      return { client, waitMs: index === 0 ? LIMITS.waitMs : LATER_WAIT_MS, busy: new Set() };
    });
    this.#sweeping = repeatEvery(SWEEP_MS, () => this.#sweep());
    void this.#connect();
  }

  /** True where no other reader of the partition is served here. */
  hasRoomFor(slot: Slot): boolean {
    const known = this.#slots.get(placeOf(slot));
    return known === undefined || known === slot;
  }

  serve(slot: Slot): void {
    this.#slots.set(placeOf(slot), slot);
    this.schedule();
  }

  /** Looks for something to fetch once whoever is at work is done, so that several go together. */
  schedule(): void {
    if (this.#scheduled || this.#closed || !this.#connected) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#dispatch();
    });
  }

  /** The slots that wait for something, and how to cut what they wait on. */
  reading(): { readonly slot: Slot; readonly cut: () => void }[] {
    const cut = () => {
      for (const { client } of this.#lanes) client.cut();
    };
    return [...this.#slots.values()].filter((slot) => slot.hungry).map((slot) => ({ slot, cut }));
  }

  close(): void {
    this.#closed = true;
    this.#sweeping.stop();
  }

  async #connect(): Promise<void> {
    while (!this.#connected && !this.#closed) {
      try {
        await Promise.all(this.#lanes.map(({ client }) => client.connect()));
        this.#connected = true;
        this.schedule();
      } catch (error) {
        if (!this.#closed) this.#later([...this.#slots.values()], error);
      }
    }
  }

  #dispatch(): void {
    const now = monotonicNow();
    const wanting = new Map<number, Slot[]>();
    for (const slot of this.#slots.values()) {
      if (!slot.wants || slot.notBefore > now) continue;
      const leader = this.#leaderOf(slot);
      if (leader === null) continue;
      const of = wanting.get(leader);
      if (of === undefined) wanting.set(leader, [slot]);
      else of.push(slot);
    }
    for (const [nodeId, slots] of wanting) {
      const lane = this.#lanes.find(({ busy }) => !busy.has(nodeId));
      if (lane !== undefined) void this.#fetch(lane, nodeId, slots);
    }
  }

  #leaderOf(slot: Slot): number | null {
    try {
      return this.#lanes[0]!.client.leaderOf({ topic: this.#options.nameOf(slot.topic), partition: slot.partition });
    } catch (error) {
      this.#later([slot], error);
      return null;
    }
  }

  /** One fetch, from asking to handing out. */
  async #fetch(lane: Lane, nodeId: number, slots: readonly Slot[]): Promise<void> {
    const asked = new Map(
      slots.map((slot) => [this.#nameOf(slot), { slot, generation: slot.generation, from: slot.next }]),
    );
    lane.busy.add(nodeId);
    for (const slot of slots) slot.inFlight = true;
    try {
      const from = [...asked.values()].map(({ slot, from: offset }) => {
        return { topic: this.#options.nameOf(slot.topic), partition: slot.partition, offset };
      });
      const { code, partitions } = await lane.client.send(nodeId, fetch(from, { ...LIMITS, waitMs: lane.waitMs }));
      if (code !== 0) throw new CodeError(code, 'fetching');
      for (const answer of partitions) {
        const { slot, generation, from: offset } = asked.get(placeOf(answer))!;
        if (slot.generation === generation) await this.#take(slot, generation, offset, answer);
      }
    } catch (error) {
      this.#later(slots, error);
    } finally {
      lane.busy.delete(nodeId);
      for (const slot of slots) slot.inFlight = false;
      this.schedule();
    }
  }

  async #take(slot: Slot, generation: number, from: number, answer: Fetched): Promise<void> {
    const { topic, partition } = slot;
    if (answer.code === OFFSET_OUT_OF_RANGE) {
      slot.fail(await this.#lost(slot, from, answer));
      return;
    }
    if (answer.code !== 0) {
      this.#later([slot], new CodeError(answer.code, `fetching ${topic}/${partition}`));
      return;
    }
    this.#options.onOffsets(topic, partition, answer.startOffset, answer.lastStableOffset);
    try {
      const fetched = await this.#read(slot, from, answer);
      const { highWatermark, lastStableOffset } = answer;
      if (slot.generation === generation) slot.take({ ...fetched, highWatermark, lastStableOffset });
    } catch (error) {
      if (!isWeirError(error) || error.code === 'LOG_UNAVAILABLE') this.#later([slot], error);
      else slot.fail(error);
    }
  }

  async #read({ topic, partition }: Slot, from: number, { records, aborted }: Fetched) {
    const batches: RecordBatch[] = [];
    let next = from;
    for (const batch of readBatches(records, aborted, `${topic}/${partition}`)) {
      for (const { baseOffset, seen, schema, values } of batch.count === 0
        ? []
        : runsOf(batch, from, isPublic(topic))) {
        const known = this.#options.fingerprintOf(schema);
        const fingerprint = typeof known === 'string' ? known : await known;
        // Where nobody knows the schema, whoever refuses the value is given all of it.
        const whole = fingerprint === UNFRAMED ? framedAgain(values, schema) : values;
        batches.push({ topic, partition, baseOffset, seen, fingerprint, values: whole });
      }
      next = Math.max(next, batch.end);
    }
    return { batches, next };
  }

  async #lost(slot: Slot, from: number, { startOffset, highWatermark }: Fetched): Promise<WeirError> {
    const holds = startOffset < 0 ? '' : `: it holds ${startOffset} up to ${highWatermark}`;
    const message = `Offset ${from} of ${slot.topic}, partition ${slot.partition}, is not in the log${holds}.`;
    return new WeirError('LOG_POSITION_LOST', message);
  }

  /** Tries these again after a while, with fresh knowledge of who leads them. */
  #later(slots: readonly Slot[], error: unknown): void {
    if (this.#closed) return;
    if (!mayPass(error) && !isWeirError(error, 'LOG_UNAVAILABLE')) {
      const failure = isWeirError(error)
        ? error
        : new WeirError('LOG_UNAVAILABLE', `Reading from Kafka failed: ${(error as Error).message}`, { cause: error });
      for (const slot of slots) slot.fail(failure);
      return;
    }
    this.#options.onTrouble(error);
    for (const slot of slots) slot.notBefore = monotonicNow() + RETRY_MS;
    void this.#lookAround();
  }

  async #lookAround(): Promise<void> {
    await Promise.allSettled(this.#lanes.map(({ client }) => client.refresh()));
    await pause(RETRY_MS);
    this.schedule();
  }

  /** Forgets whom nobody asks any more. */
  #sweep(): void {
    for (const [place, slot] of this.#slots) {
      if (slot.watched || slot.asked) slot.asked = slot.watched;
      else this.#slots.delete(place);
    }
  }

  #nameOf(slot: Slot): string {
    return `${this.#options.nameOf(slot.topic)}/${slot.partition}`;
  }
}

function placeOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}
