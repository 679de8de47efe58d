/**
 * Looks after readers that stand still although the log goes on: that is never to be, and the next best thing
 * to not reading is to say so. A reader that has got nothing from one look to the next, and had something to
 * get all the while, gets new connections; one that stands still all the same fails, and with it its process.
 */
import { type Repeating, repeatEvery } from '../../clock.ts';
import { WeirError } from '../../errors.ts';
import type { Place } from './requests.ts';
import type { Slot } from './slot.ts';

export interface WatchdogParts {
  readonly intervalMs: number;
  /** Who waits for something now, and how to cut the connections that it waits on. */
  readonly readers: () => readonly { readonly slot: Slot; readonly cut: () => void }[];
  /** Where partitions end for readers of committed records, asked on other connections than those of readers. */
  readonly ends: (places: readonly Place[]) => Promise<readonly number[]>;
  /** Cuts the connections on which that is asked. */
  readonly cut: () => void;
  readonly onTrouble: (error: unknown) => void;
}

/** What a reader had not read at the last look, and how often it was found at the same place. */
interface Standing {
  readonly next: number;
  readonly generation: number;
  readonly looks: number;
}

/** New connections are tried so often before the reader fails. */
const CUTS = 3;

export class Watchdog {
  readonly #parts: WatchdogParts;
  readonly #repeating: Repeating;
  #standing = new Map<Slot, Standing>();
  #looking = false;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
    this.#repeating = repeatEvery(parts.intervalMs, () => void this.#look());
  }

  stop(): void {
    this.#repeating.stop();
  }

  async #look(): Promise<void> {
    if (this.#looking) {
      this.#parts.cut();
      return;
    }
    this.#looking = true;
    try {
      const readers = this.#parts.readers();
      const before = readers.map(({ slot }) => ({ next: slot.next, generation: slot.generation }));
      const ends = await this.#endsOf(readers.map(({ slot }) => slot));
      const standing = new Map<Slot, Standing>();
      readers.forEach(({ slot, cut }, index) => {
        const { next, generation } = before[index]!;
        if (ends[index]! <= next) return;
        const known = this.#standing.get(slot);
        const same = known !== undefined && known.next === next && known.generation === generation;
        const looks = same ? known.looks + 1 : 0;
        standing.set(slot, { next, generation, looks });
        if (looks > 0) this.#act(slot, cut, looks, ends[index]!);
      });
      this.#standing = standing;
    } catch (error) {
      // No broker answers: that nothing is read then is no riddle.
      this.#parts.onTrouble(error);
    } finally {
      this.#looking = false;
    }
  }

  /** Several readers may read a partition, and a broker refuses to be asked for one twice. */
  async #endsOf(slots: readonly Slot[]): Promise<number[]> {
    const places = [...new Map(slots.map((slot) => [`${slot.topic}/${slot.partition}`, slot])).values()];
    if (places.length === 0) return [];
    const ends = await this.#parts.ends(places);
    const isSame = (one: Slot, other: Slot) => one.topic === other.topic && one.partition === other.partition;
    return slots.map((slot) => ends[places.findIndex((place) => isSame(place, slot))]!);
  }

  #act(slot: Slot, cut: () => void, looks: number, end: number): void {
    const { topic, partition, next } = slot;
    const where = `Reading ${topic}, partition ${partition}, stands still at offset ${next}, and the log goes on to ${end}`;
    if (looks > CUTS) {
      slot.fail(new WeirError('LOG_UNAVAILABLE', `${where}. New connections did not help.`));
      return;
    }
    this.#parts.onTrouble(new WeirError('LOG_UNAVAILABLE', `${where}; its connections are opened anew.`));
    cut();
  }
}
