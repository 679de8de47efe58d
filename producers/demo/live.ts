/** What a running demo holds between two beats: the next event of the economy, and visitors' events on their way. */
import type { Label } from '../../schemas/label.ts';
import type { Arrival } from './events.ts';
import { AFTERMATH_MS, type Visitors } from './visitors.ts';

/** Arrivals in order, of which one can be seen ahead. */
export class Ahead {
  readonly #arrivals: Iterator<Arrival>;
  #next: IteratorResult<Arrival>;

  constructor(arrivals: Iterable<Arrival>) {
    this.#arrivals = arrivals[Symbol.iterator]();
    this.#next = this.#arrivals.next();
  }

  /** Up to `count` events that arrive before an instant. */
  take(count: number, until: number): Arrival[] {
    const batch: Arrival[] = [];
    while (batch.length < count && this.#next.done !== true && this.#next.value.arrivesAt < until) {
      batch.push(this.#next.value);
      this.#next = this.#arrivals.next();
    }
    return batch;
  }
}

/** Visitors' events until they arrive; a few minutes' worth. */
export class LiveVisitors {
  readonly #visitors: Visitors;
  /** Since when there has been no gap. */
  readonly liveSince: number;
  #madeUntil: number;
  #waiting: Arrival[] = [];

  /** Goes on with traffic that has come since `liveSince` and was sent until `sentUntil`, or begins now where it is null. */
  constructor(visitors: Visitors, liveSince: number | null, sentUntil: number, now: number) {
    this.#visitors = visitors;
    this.liveSince = liveSince ?? now;
    this.#madeUntil = now;
    if (liveSince === null) return;
    // What was submitted just before the pause still ends; what would have come during a long one is left out.
    this.#make(Math.max(liveSince, sentUntil - AFTERMATH_MS), sentUntil, sentUntil);
    if (now - sentUntil > AFTERMATH_MS) this.liveSince = now;
    else this.#madeUntil = sentUntil;
  }

  take(until: number): Arrival[] {
    this.#make(this.#madeUntil, until, Number.NEGATIVE_INFINITY);
    this.#madeUntil = until;
    this.#waiting.sort((a, b) => a.arrivesAt - b.arrivesAt);
    const end = this.#waiting.findIndex(({ arrivesAt }) => arrivesAt >= until);
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  labels(from: number, until: number): Iterable<Label> {
    return this.#visitors.labelsBetween(from, until);
  }

  #make(from: number, to: number, arrivesFrom: number): void {
    for (const arrival of this.#visitors.between(from, to)) {
      if (arrival.arrivesAt >= arrivesFrom) this.#waiting.push(arrival);
    }
  }
}
