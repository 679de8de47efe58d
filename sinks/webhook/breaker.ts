/**
 * The circuit breaker of an endpoint. One that fails is left alone for a while, then asked with a single
 * probe; so a dead endpoint costs one attempt every few minutes, however much waits for it.
 */
import { MINUTE_MS, SECOND_MS } from '../../schemas/time.ts';
import { withJitter } from './schedule.ts';

export type BreakerState = 'closed' | 'open' | 'probing';

const FAILURES_IN_A_ROW = 5;
/** Of the last attempts so many failed: it is open, although some went through. */
const REMEMBERED = 20;
const FAILURES_REMEMBERED = 10;
const OPEN_FIRST_MS = 5 * SECOND_MS;
const OPEN_LAST_MS = 5 * MINUTE_MS;

export class Breaker {
  readonly #random: () => number;
  #state: BreakerState = 'closed';
  #results: boolean[] = [];
  #openUntil = 0;
  #openMs = OPEN_FIRST_MS;

  constructor(random: () => number) {
    this.#random = random;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** From when on a probe may be made; 0 where it is closed. */
  get openUntil(): number {
    return this.#state === 'open' ? this.#openUntil : 0;
  }

  /** Whether an attempt may be made now, and as what. */
  allows(now: number): 'any' | 'probe' | 'none' {
    if (this.#state === 'closed') return 'any';
    return this.#state === 'open' && now >= this.#openUntil ? 'probe' : 'none';
  }

  probing(): void {
    this.#state = 'probing';
  }

  /** The probe was not made after all; another may be. */
  probeLater(): void {
    if (this.#state === 'probing') this.#state = 'open';
  }

  /** True where it closes. */
  succeeded(): boolean {
    this.#note(true);
    if (this.#state === 'closed') return false;
    this.#state = 'closed';
    this.#openMs = OPEN_FIRST_MS;
    this.#results = [];
    return true;
  }

  failed(now: number): void {
    this.#note(false);
    if (this.#state === 'closed' && !this.#isBad()) return;
    // What was under way when it opened says nothing new.
    if (this.#state === 'open') return;
    this.#openUntil = now + withJitter(this.#openMs, this.#random);
    this.#openMs = Math.min(this.#openMs * 2, OPEN_LAST_MS);
    this.#state = 'open';
  }

  #note(succeeded: boolean): void {
    this.#results.push(succeeded);
    if (this.#results.length > REMEMBERED) this.#results.shift();
  }

  #isBad(): boolean {
    const last = this.#results.slice(-FAILURES_IN_A_ROW);
    if (last.length === FAILURES_IN_A_ROW && last.every((one) => !one)) return true;
    return this.#results.filter((one) => !one).length >= FAILURES_REMEMBERED;
  }
}
