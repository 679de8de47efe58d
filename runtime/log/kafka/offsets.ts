/** Where partitions begin and end, as far as is known here: asked for, and told by every answer of a broker. */
import type { Bounds } from './keyed.ts';

export class Offsets {
  readonly #bounds = new Map<string, Bounds>();

  start(topic: string, partition: number): number {
    return this.#of(topic, partition).start;
  }

  end(topic: string, partition: number): number {
    return this.#of(topic, partition).end;
  }

  /** Bounds only rise; what is told late tells nothing. */
  note(topic: string, partition: number, start: number, end: number): void {
    const place = `${topic}/${partition}`;
    const known = this.#bounds.get(place);
    if (known === undefined) this.#bounds.set(place, { start: Math.max(0, start), end });
    else if (start > known.start || end > known.end) {
      this.#bounds.set(place, { start: Math.max(start, known.start), end: Math.max(end, known.end) });
    }
  }

  has(topic: string, partition: number): boolean {
    return this.#bounds.has(`${topic}/${partition}`);
  }

  #of(topic: string, partition: number): Bounds {
    const bounds = this.#bounds.get(`${topic}/${partition}`);
    if (bounds === undefined) throw new Error(`the log has no partition ${partition} of a topic ${topic}`);
    return bounds;
  }
}
