/**
 * The commits of one owner, one after the other: a further one is sent once the one before is
 * acknowledged, and its owner works on meanwhile. A commit that failed may have taken effect: the log is
 * fenced and asked, and only what it does not hold is sent again.
 */
import { monotonicNow } from '../clock.ts';
import { isWeirError, WeirError } from '../errors.ts';
import type { Commit, Committed, Committer, Position } from './port.ts';

/** A log that refuses the same commit so often is not merely out of breath. */
const TRIES = 3;

export class Commits {
  readonly #owner: string;
  readonly #committer: Committer;
  readonly #onAcknowledged: (durationMs: number) => void;
  /** Positions as they were acknowledged last. */
  #acknowledged = new Map<string, number>();
  #underway: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;

  constructor(owner: string, committer: Committer, onAcknowledged: (durationMs: number) => void = () => {}) {
    this.#owner = owner;
    this.#committer = committer;
    this.#onAcknowledged = onAcknowledged;
  }

  /** Shuts out an earlier holder and answers what is committed. To be called before the first commit. */
  async fence(signal?: AbortSignal): Promise<Committed> {
    const committed = await this.#committer.fence(signal);
    this.#acknowledged = byPlace(committed.positions);
    return committed;
  }

  /** Throws `LOG_FENCED` where another took over. */
  confirm(): Promise<void> {
    return this.#committer.confirm();
  }

  /** Resolves when it is sent, which is when the one before is acknowledged; throws where that one failed for good. */
  async send(commit: Commit): Promise<void> {
    await this.#underway;
    this.#underway = this.#commit(commit);
    // Whoever awaits it next meets the failure; until then it must not count as unhandled.
    this.#underway.catch((error) => {
      this.#failure = { error };
    });
  }

  /** Throws where what was sent failed for good, for whoever has nothing more to send. */
  refuseFailed(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Resolves when everything that was sent is acknowledged. */
  async settled(): Promise<void> {
    await this.#underway;
  }

  /** Looks at the log once everything that was sent is acknowledged, before anything further is. */
  lookBetween<T>(look: () => T): Promise<T> {
    const looked = this.#underway.then(look);
    this.#underway = looked.then(() => {});
    this.#underway.catch(() => {});
    return looked;
  }

  /** Resolves when everything that was acknowledged is on disk. */
  flushed(): Promise<void> {
    return this.#committer.flushed();
  }

  /** Nothing more is sent; resolves when the log looks after the owner no more. */
  release(): Promise<void> {
    return this.#committer.release();
  }

  async #commit(commit: Commit): Promise<void> {
    const sentAt = monotonicNow();
    for (let left = TRIES; !(await this.#try(commit, --left)); );
    for (const [place, offset] of byPlace(commit.positions)) this.#acknowledged.set(place, offset);
    this.#onAcknowledged(monotonicNow() - sentAt);
  }

  /** True where the log holds it now; throws where it does not and no tries are left. */
  async #try(commit: Commit, left: number): Promise<boolean> {
    try {
      await this.#committer.commit(commit);
      return true;
    } catch (error) {
      // Whoever was shut out must not shut out its successor.
      if (isWeirError(error, 'LOG_FENCED')) throw error;
      if (await this.#holds(commit, error)) return true;
      if (left === 0) throw error;
      return false;
    }
  }

  /** Whether a commit that failed took effect. */
  async #holds(commit: Commit, cause: unknown): Promise<boolean> {
    const stands = byPlace((await this.#committer.fence()).positions);
    const standsAt = (wanted: ReadonlyMap<string, number>) =>
      commit.positions.every((one) => stands.get(placeOf(one)) === wanted.get(placeOf(one)));
    if (standsAt(byPlace(commit.positions))) return true;
    if (standsAt(this.#acknowledged)) return false;
    throw new WeirError('LOG_FENCED', `Another committed as ${this.#owner} while a commit failed here.`, { cause });
  }
}

function byPlace(positions: readonly Position[]): Map<string, number> {
  return new Map(positions.map((one) => [placeOf(one), one.offset]));
}

function placeOf({ topic, partition }: Position): string {
  return `${topic}/${partition}`;
}
