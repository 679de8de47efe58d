/** A clock that a test turns by hand: hours pass at once, and timers fire in their order. */
interface Timer {
  readonly at: number;
  readonly work: () => void;
}

export class VirtualClock {
  #now: number;
  #timers: Timer[] = [];

  constructor(now = Date.now()) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  readonly setTimer = (work: () => void, delayMs: number): (() => void) => {
    const timer = { at: this.#now + delayMs, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.work();
    }
    this.#now = end;
  }
}
