/** Waits that end early: because something happened, because somebody is in a hurry, or because all ends. */
export class Pause {
  #ended = false;
  #interrupt = Promise.withResolvers<void>();

  get ended(): boolean {
    return this.#ended;
  }

  /** Waits at most so long, or for as long as it takes; not at all after the end. */
  async wait(ms: number | null, event: Promise<unknown> | null = null): Promise<void> {
    if (this.#ended || (ms !== null && ms <= 0)) return;
    const waits: Promise<unknown>[] = [this.#interrupt.promise];
    let timer: NodeJS.Timeout | undefined;
    if (event !== null) waits.push(event);
    if (ms !== null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      timer = setTimeout(resolve, ms);
      waits.push(promise);
    }
    try {
      await Promise.race(waits);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the waits of now. */
  interrupt(): void {
    this.#interrupt.resolve();
    this.#interrupt = Promise.withResolvers<void>();
  }

  /** Ends all waits, for good. */
  end(): void {
    this.#ended = true;
    this.#interrupt.resolve();
  }
}
