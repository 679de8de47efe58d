/** Messages that wait for their next attempt, the one that is due first in front. */
import type { Unfinished } from './state.ts';

interface Waiter {
  readonly message: Unfinished;
  readonly dueAt: number;
}

export class Waiting {
  #waiters: Waiter[] = [];

  get length(): number {
    return this.#waiters.length;
  }

  /** When the first is due; null where none waits. */
  get dueAt(): number | null {
    return this.#waiters[0]?.dueAt ?? null;
  }

  add(message: Unfinished, dueAt: number): void {
    let low = 0;
    let high = this.#waiters.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#waiters[middle] as Waiter).dueAt <= dueAt) low = middle + 1;
      else high = middle;
    }
    this.#waiters.splice(low, 0, { message, dueAt });
  }

  take(): Unfinished | null {
    return this.#waiters.shift()?.message ?? null;
  }

  /** All are due now, in the order in which they would have been. */
  bringForward(now: number): void {
    this.#waiters = this.#waiters.map(({ message, dueAt }) => ({ message, dueAt: Math.min(dueAt, now) }));
  }
}
