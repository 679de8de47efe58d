/**
 * The last dead letters, by the record that was refused: an event may be refused before its caller
 * begins to wait. Without their bodies they take some 500 B each, so at most 5 MB.
 */
import type { DeadLetter } from '../../schemas/dead-letter.ts';

export type Refusal = Omit<DeadLetter, 'body'>;

const REFUSALS_MAX = 10_000;

export class RecentRefusals {
  readonly #byPlace = new Map<string, Refusal>();

  add({ body: _, ...refusal }: DeadLetter): Refusal {
    this.#byPlace.set(placeOf(refusal), refusal);
    if (this.#byPlace.size > REFUSALS_MAX) {
      const [oldest] = this.#byPlace.keys();
      this.#byPlace.delete(oldest as string);
    }
    return refusal;
  }

  of(record: Place): Refusal | null {
    return this.#byPlace.get(placeOf(record)) ?? null;
  }
}

/** Input topics have one partition, so topic and offset name a record. */
export interface Place {
  readonly topic: string;
  readonly offset: number;
}

export function placeOf({ topic, offset }: Place): string {
  return `${topic}@${offset}`;
}
