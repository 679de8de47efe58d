/**
 * What the demo’s bank knows of decisions: those of the transfers that it sent, as soon as they can be
 * read; of older ones what ClickHouse holds. It asks about thousands at once, so each look-up takes all
 * that were asked for in one turn.
 */
import type { DecisionIndex } from '../producers/http/decision-index.ts';
import type { RecordBatch } from '../runtime/log/port.ts';
import { valueAt } from '../runtime/log/values.ts';
import { decisionRecord, type Outcome } from '../schemas/decision.ts';
import type { Transfer } from '../schemas/events/transfer.ts';

/** No answer by then means: do not pay. */
const DEADLINE_MS = 10_000;
/** Transfers that are remembered; the oldest give way. Some 150 B each: 15 MB. */
const KNOWN_MAX = 100_000;

type Told = (outcome: Outcome | null) => void;

export class DemoOutcomes {
  readonly #known = new Map<string, Outcome>();
  /** Sent and not yet decided. */
  readonly #expected = new Set<string>();
  readonly #waiting = new Map<string, Told[]>();
  readonly #index: () => Pick<DecisionIndex, 'latest'>;
  #asked: Map<string, Told[]> | null = null;

  constructor(index: () => Pick<DecisionIndex, 'latest'>) {
    this.#index = index;
  }

  /** To be called before transfers are appended. */
  expect(transfers: readonly Transfer[]): void {
    for (const { transferId, status } of transfers) if (status === 'submitted') this.#expected.add(transferId);
  }

  /** To be called with each batch of decisions when it can be read. */
  take(batch: RecordBatch): void {
    if (batch.fingerprint !== decisionRecord.fingerprint) return;
    for (let index = 0; index < batch.values.count; index++) {
      const { transferId, outcome } = decisionRecord.decode(valueAt(batch.values, index));
      this.#expected.delete(transferId);
      this.#remember(transferId, outcome);
      for (const tell of this.#waiting.get(transferId) ?? []) tell(outcome);
      this.#waiting.delete(transferId);
    }
  }

  /** The decision in force, or null where there is none in time. */
  outcomeOf(transferId: string): Promise<Outcome | null> {
    const known = this.#known.get(transferId);
    if (known !== undefined) return Promise.resolve(known);
    return this.#expected.has(transferId) ? this.#await(transferId) : this.#lookUp(transferId);
  }

  #remember(transferId: string, outcome: Outcome): void {
    this.#known.set(transferId, outcome);
    if (this.#known.size <= KNOWN_MAX) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }

  #await(transferId: string): Promise<Outcome | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#expected.delete(transferId);
        this.#waiting.delete(transferId);
        resolve(null);
      }, DEADLINE_MS);
      const tell: Told = (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      this.#waiting.set(transferId, [...(this.#waiting.get(transferId) ?? []), tell]);
    });
  }

  #lookUp(transferId: string): Promise<Outcome | null> {
    return new Promise((resolve, reject) => {
      if (this.#asked === null) {
        this.#asked = new Map();
        setImmediate(() => void this.#ask().catch(reject));
      }
      this.#asked.set(transferId, [...(this.#asked.get(transferId) ?? []), resolve]);
    });
  }

  async #ask(): Promise<void> {
    const asked = this.#asked ?? new Map<string, Told[]>();
    this.#asked = null;
    const found = await this.#index().latest(asked.keys());
    for (const [transferId, tells] of asked) {
      const outcome = found.get(transferId)?.outcome ?? null;
      if (outcome !== null) this.#remember(transferId, outcome);
      for (const tell of tells) tell(outcome);
    }
  }
}
