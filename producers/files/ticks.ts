/**
 * The clock of an evaluation: ticks at the data's own time. A tick stands after everything that happened
 * before it, so timers (an approval that expires, a bill that falls due) fire where they would have fired.
 */
import { type Control, tickEntry } from '../../schemas/events/control.ts';
import { HOUR_MS } from '../../schemas/time.ts';

export class Ticks {
  readonly #everyMs: number;
  /** The first event's time: ticks are whole intervals away from it. */
  #first = Number.NaN;
  #next = Number.NaN;
  #latest = Number.NEGATIVE_INFINITY;

  constructor(everyMs: number = HOUR_MS) {
    this.#everyMs = everyMs;
  }

  /**
   * The tick that stands between what came and an event of this time, or null. Where time jumps, the
   * last tick of those passed over is enough: what is due fires in order of its due time.
   */
  before(at: number): Control | null {
    if (!Number.isFinite(at)) return null;
    if (Number.isNaN(this.#first)) {
      this.#first = at;
      this.#next = at + this.#everyMs;
    }
    this.#latest = Math.max(this.#latest, at);
    if (at < this.#next) return null;
    const passed = Math.floor((at - this.#first) / this.#everyMs);
    this.#next = this.#first + (passed + 1) * this.#everyMs;
    return tickAt(this.#first + passed * this.#everyMs);
  }

  /** A last tick after everything, or null where there was nothing. */
  last(): Control | null {
    return Number.isFinite(this.#latest) ? tickAt(this.#next) : null;
  }
}

export function tickAt(at: number): Control {
  return tickEntry(at, `tick-${at}`);
}
