/**
 * Timers are state, due by the last tick. A subject knows when its earliest is due; this heap only
 * finds the subjects that are due first. Entries that a subject has outlived are skipped.
 */
interface Entry {
  readonly due: number;
  /** Order of equal times: the subject's place in the partition. */
  readonly place: number;
}

export class Timers {
  readonly #heap: Entry[] = [];

  get size(): number {
    return this.#heap.length;
  }

  push(due: number, place: number): void {
    const heap = this.#heap;
    let index = heap.length;
    const entry = { due, place };
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  /** The first entry where it is due at or before `now`, taken out; null without one. */
  pop(now: number): Entry | null {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.due > now) return null;
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, entry)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = entry;
  }
}

function before(left: Entry, right: Entry): boolean {
  return left.due < right.due || (left.due === right.due && left.place < right.place);
}
