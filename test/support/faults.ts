/**
 * A log and a checkpoint store that fail as real ones do: a commit is rejected before or after it took
 * effect, and the process dies before or after a commit or a checkpoint. What a dead process began and had not
 * handed over yet never happens.
 */
import { Random } from '../../producers/demo/random.ts';
import { WeirError } from '../../runtime/errors.ts';
import type { Commit, Committed, Committer, Log } from '../../runtime/log/port.ts';
import type { CheckpointStore } from '../../runtime/store/checkpoint-store.ts';

export type Fault = 'none' | 'rejected-before' | 'rejected-after' | 'dies-before' | 'dies-after';

/** Decides what becomes of each commit and checkpoint of an owner. */
export type Faults = (owner: string, what: 'commit' | 'checkpoint') => Fault;

export const NO_FAULTS: Faults = () => 'none';

/** The life of one process: once it is over, nothing that it asks for happens or is answered. */
export class Life {
  readonly over = Promise.withResolvers<'over'>();
  readonly #underway = new Set<Promise<unknown>>();
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  end(): void {
    this.#ended = true;
    this.over.resolve('over');
  }

  /** Answers as `work` does while the process lives, and never afterwards. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#ended) return never();
    const working = work();
    const settled = working.catch(() => undefined).finally(() => this.#underway.delete(settled));
    this.#underway.add(settled);
    try {
      const result = await working;
      return this.#ended ? never() : result;
    } catch (error) {
      if (this.#ended) return never();
      throw error;
    }
  }

  /** Resolves when all that was handed over is done. */
  async settled(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}

export function mortalLog(log: Log, life: Life, faults: Faults): Log {
  return {
    partitions: log.partitions,
    append: (append) => life.during(() => log.append(append)),
    reader: (...all) => log.reader(...all),
    committer: (owner) => new FaultyCommitter(log.committer(owner), owner, life, faults),
    kept: (partition) => log.kept(partition),
    committed: (owner) => log.committed(owner),
    start: (...all) => log.start(...all),
    end: (...all) => log.end(...all),
    askEnd: (...all) => log.askEnd(...all),
    awaitAny: (readers) => log.awaitAny(readers),
    schema: (fingerprint) => log.schema(fingerprint),
    declareSchema: (...all) => life.during(() => log.declareSchema(...all)),
    retain: (...all) => life.during(() => log.retain(...all)),
    trim: (now) => log.trim(now),
    close: async () => {},
  };
}

/** What a commit is rejected with; a process that meets it too often ends of it. */
export class BrokenConnection extends Error {}

class FaultyCommitter implements Committer {
  readonly #inner: Committer;
  readonly #owner: string;
  readonly #life: Life;
  readonly #faults: Faults;
  /** After a rejected commit a real log takes no further one before a fence. */
  #mustFence = false;

  constructor(inner: Committer, owner: string, life: Life, faults: Faults) {
    this.#inner = inner;
    this.#owner = owner;
    this.#life = life;
    this.#faults = faults;
  }

  async fence(signal?: AbortSignal): Promise<Committed> {
    const committed = await this.#life.during(() => this.#inner.fence(signal));
    this.#mustFence = false;
    return committed;
  }

  async commit(commit: Commit): Promise<void> {
    if (this.#mustFence) throw new WeirError('LOG_FENCED', `${this.#owner} has to fence first`);
    const fault = this.#life.ended ? 'none' : this.#faults(this.#owner, 'commit');
    if (fault === 'dies-before') this.#life.end();
    if (fault === 'rejected-before') throw this.#rejected();
    await this.#life.during(() => this.#inner.commit(commit));
    if (fault === 'dies-after') this.#life.end();
    if (fault === 'rejected-after') throw this.#rejected();
    if (this.#life.ended) return never();
  }

  confirm(): Promise<void> {
    return this.#life.during(() => this.#inner.confirm());
  }

  flushed(): Promise<void> {
    return this.#life.during(() => this.#inner.flushed());
  }

  release(): Promise<void> {
    return this.#life.during(() => this.#inner.release());
  }

  #rejected(): BrokenConnection {
    this.#mustFence = true;
    return new BrokenConnection(`the connection to the log broke under a commit of ${this.#owner}`);
  }
}

/** A store whose process may die around a checkpoint. */
export function mortalStore(store: CheckpointStore, owner: string, life: Life, faults: Faults): CheckpointStore {
  return {
    fence: () => life.during(() => store.fence()),
    recover: (onLeft, signal) => life.during(() => store.recover(onLeft, signal)),
    get: (key) => store.get(key),
    entries: (letter) => store.entries(letter),
    write: async (write) => {
      const fault = life.ended ? 'none' : faults(owner, 'checkpoint');
      if (fault === 'dies-before') life.end();
      await life.during(() => store.write(write));
      if (fault === 'dies-after') life.end();
      if (life.ended) return never();
    },
    clear: () => life.during(() => store.clear()),
    copy: (folder) => store.copy(folder),
    close: () => store.close(),
  };
}

/** Faults drawn from a seed, apart for each owner, so that it does not matter in which order several commit. */
export function faultsOfSeed(seed: number, counts: Map<Fault, number>): Faults {
  const sources = new Map<string, Random>();
  return (owner, what) => {
    const key = `${owner} ${what}`;
    const source = sources.get(key) ?? new Random(seed, ...Buffer.from(key));
    sources.set(key, source);
    const fault = faultOf(source.next(), what);
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    return fault;
  };
}

function faultOf(roll: number, what: 'commit' | 'checkpoint'): Fault {
  if (roll < 0.01) return 'dies-before';
  if (roll < 0.02) return 'dies-after';
  if (what === 'checkpoint' || roll >= 0.12) return 'none';
  return roll < 0.07 ? 'rejected-before' : 'rejected-after';
}
