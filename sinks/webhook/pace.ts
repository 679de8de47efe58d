/** How fast an endpoint is sent to: so many a second, a tenth of them at once, and not before it asked for more. */
export class Pace {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;
  #pausedUntil = 0;

  constructor(perSecond: number, now: number) {
    this.#perMs = perSecond / 1_000;
    this.#burst = Math.max(1, perSecond / 10);
    this.#tokens = this.#burst;
    this.#at = now;
  }

  /** When the next may go: now, or later. */
  readyAt(now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#at) * this.#perMs);
    this.#at = now;
    const filled = this.#tokens >= 1 ? now : now + Math.ceil((1 - this.#tokens) / this.#perMs);
    return Math.max(filled, this.#pausedUntil);
  }

  take(): void {
    this.#tokens -= 1;
  }

  /** The endpoint asked for a pause. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }
}
