/** Waits that end early: because something happened, because somebody is in a hurry, or because all ends. */
export class Pause {
  #ended = false;
  /** Ends each wait of now. One promise for all would keep, for as long as it is open, what every wait on it held. */
  readonly #waits = new Set<() => void>();

  get ended(): boolean {
    return this.#ended;
  }

  /** Waits at most so long, or for as long as it takes; not at all after the end. */
  async wait(ms: number | null, event: Promise<unknown> | null = null): Promise<void> {
    if (this.#ended || (ms !== null && ms <= 0)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = ms === null ? undefined : setTimeout(resolve, ms);
    this.#waits.add(resolve);
    event?.then(() => resolve(), reject);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waits.delete(resolve);
    }
  }

  /** Ends the waits of now. */
  interrupt(): void {
    for (const resolve of this.#waits) resolve();
  }

  /** Ends all waits, for good. */
  end(): void {
    this.#ended = true;
    this.interrupt();
  }
}
