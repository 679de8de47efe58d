/**
 * Runs one task on the log: restores it, folds what the journal has, commits outputs with the position,
 * folds on while the commit is under way, and writes checkpoints now and then.
 */
import { unlessAbandoned } from '../../runtime/abandon.ts';
import type { BatchTimes } from '../../runtime/batch-times.ts';
import { monotonicNow } from '../../runtime/clock.ts';
import { isWeirError, WeirError } from '../../runtime/errors.ts';
import { Commits } from '../../runtime/log/commits.ts';
import type { Log, Reader, RecordBatch } from '../../runtime/log/port.ts';
import { valueAt } from '../../runtime/log/values.ts';
import type { CheckpointStore, CheckpointWrite } from '../../runtime/store/checkpoint-store.ts';
import { dropBoundaries, keepBoundary } from './boundaries.ts';
import { CheckpointDraft, type LoadedCheckpoint, loadBySteps } from './checkpoint.ts';
import { type CommittedState, committedTask, encodeCommitted, taskName } from './committed.ts';
import type { Counters } from './counters.ts';
import { type OutputEnds, outputEnds } from './outputs.ts';
import { Task } from './task.ts';

/** Outputs that one commit carries at most, so that a long backlog is committed as it goes. */
const COMMIT_BYTES_MAX = 4 << 20;
/** Entries after which a commit waits for no further batch. */
const GATHERED_ENTRIES = 1_024;
/** A position without outputs is worth a commit only now and then: folding it again gives nothing new. */
const SILENT_RECORDS_MAX = 1_024;
/**
 * A partition that took so long to fold since its checkpoint takes as long again after a crash: a hub's own
 * brings its checkpoint forward. Where all are as busy the interval comes first, since each of a thread's
 * eight gets an eighth of its time.
 */
const REFOLD_MAX_MS = 1_000;
/**
 * Where there is time, there is little to fold again, too: from so much folding on, in a partition that takes no larger
 * share of its thread's time. Not more often, since a subject that changes again and again is written each time.
 */
const CALM_REFOLD_MS = 200;
const CALM_SHARE = 0.05;
/** Time after a restore until its tail is in a checkpoint. */
const RESTORED_MS = 2_000;

export interface RunnerOptions {
  readonly log: Log;
  readonly store: CheckpointStore;
  /** Folder for copies of the checkpoints that other builds left. */
  readonly boundaries: string;
  readonly partition: number;
  readonly build: string;
  readonly checkpointIntervalMs: number;
  readonly checkpointBytes: number;
  readonly now: () => number;
  readonly counters: Counters;
  /** Where batches are traced. */
  readonly times?: BatchTimes | null;
}

export class TaskRunner {
  readonly #options: RunnerOptions;
  readonly #commits: Commits;
  #task: Task;
  #reader: Reader;
  /** Position of the last commit that was sent. */
  #sent = 0;
  #stored: { ids: number; counterparties: number } = { ids: 0, counterparties: 0 };
  #checkpointAt = 0;
  /** Time spent on folding since the checkpoint. */
  #foldedMs = 0;
  #seen = 0;
  #bytesSince = 0;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #restored = false;
  readonly #abandoning = new AbortController();

  constructor(options: RunnerOptions) {
    const { log, partition, counters } = options;
    const name = taskName(partition);
    this.#options = options;
    this.#commits = new Commits(name, log.committer(name), (durationMs) => {
      counters.committed('score', durationMs);
      options.times?.acknowledged();
    });
    this.#task = new Task(partition, (fingerprint) => log.schema(fingerprint));
    this.#reader = log.reader('journal', partition, 0, { durable: false, reuse: true });
  }

  /** Next journal offset to fold. */
  get position(): number {
    return this.#reader.position;
  }

  get reader(): Reader {
    return this.#reader;
  }

  /** Append time of what was folded last; 0 before the first. */
  get seen(): number {
    return this.#seen;
  }

  /**
   * Loads the checkpoint and folds to the committed position, outputs suppressed and their digest compared. Answers
   * false where it was abandoned on the way, whatever it waited for.
   */
  async restore(): Promise<boolean> {
    const { signal } = this.#abandoning;
    try {
      await this.#restore(signal);
      return true;
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      return false;
    }
  }

  async #restore(signal: AbortSignal): Promise<void> {
    const { log, partition, build, store, boundaries, now, checkpointIntervalMs } = this.#options;
    await this.#commits.fence(signal);
    await store.recover((records) => this.#tellLeft(records), signal);
    // Both were taken over, one after the other: whoever else took the first one over in between is the owner.
    const { position: target, state } = committedTask(await this.#commits.fence(signal));
    const loaded = await this.#load(signal);
    const start = loaded?.facts.position ?? 0;
    if (start > target) throw leads(partition, start, target);
    if (loaded !== null) {
      this.#task = new Task(partition, (fingerprint) => log.schema(fingerprint), loaded.state);
      this.#stored = loaded.facts;
    } else await store.clear();
    this.#reader = log.reader('journal', partition, start, { durable: false, reuse: true });
    await this.#foldTo(target, signal);
    this.#task.take();
    if (state !== null && this.#task.digest.toString('hex') !== state.digest) throw differs(partition, state, build);
    if (loaded !== null && loaded.facts.build !== build) await keepBoundary(boundaries, store, loaded.facts);
    dropBoundaries(boundaries, log.start('journal', partition));
    this.#sent = target;
    this.#checkpointAt = now();
    // Another crash shall not fold the tail once more: it gets a checkpoint once the others are restored, too.
    if (this.#bytesSince > 0) this.#checkpointAt += RESTORED_MS - checkpointIntervalMs;
    await this.#retain(start);
    this.#restored = true;
  }

  /** Ends a restore early, because the partition is wanted elsewhere. */
  abandon(): void {
    this.#abandoning.abort();
  }

  /** Folds and commits what is ready, a while of it at most, and answers its entries; 0 where the journal has nothing more. */
  async step(): Promise<number> {
    // Anything else would be decided a second time.
    if (!this.#restored) throw new Error(`partition ${this.#options.partition} is folded before it is restored`);
    this.#commits.refuseFailed();
    const before = this.#task.ordinal;
    let batch = this.#reader.poll();
    if (batch === null) return 0;
    this.#options.times?.begin();
    for (;;) {
      await this.#fold(batch);
      // A commit costs the same for many as for one: small batches, as a busy route writes them, go together.
      batch = this.#task.ordinal - before < GATHERED_ENTRIES && this.#reader.ready() ? this.#reader.poll() : null;
      if (batch === null) break;
    }
    const { position } = this.#reader;
    if (this.#task.state.outputs.bytes > 0 || position - this.#sent >= SILENT_RECORDS_MAX) await this.#commit(position);
    if (this.#isCheckpointDue()) await this.#checkpoint(false);
    return this.#task.ordinal - before;
  }

  async #fold(batch: RecordBatch): Promise<void> {
    let from = monotonicNow();
    this.#seen = batch.seen;
    for (let index = 0; index < batch.values.count; index++) {
      const ordinal = this.#task.ordinal;
      this.#task.fold(valueAt(batch.values, index), batch.fingerprint);
      this.#options.counters.add('weir_entries_folded_total', this.#task.ordinal - ordinal);
      if (this.#task.state.outputs.bytes <= COMMIT_BYTES_MAX) continue;
      this.#foldedMs += monotonicNow() - from;
      await this.#commit(batch.baseOffset + index + 1);
      from = monotonicNow();
    }
    this.#bytesSince += batch.values.body.length;
    this.#foldedMs += monotonicNow() - from;
  }

  /** Resolves when everything that the thread committed is on disk. */
  async flushed(): Promise<void> {
    await this.#commits.flushed();
  }

  /** Commits what is folded and writes a last checkpoint at the committed position. */
  async stop(): Promise<void> {
    if (!this.#restored) return this.drop();
    this.#options.times?.begin();
    await this.#commit(this.#reader.position);
    await this.#checkpoint(true);
    await this.#writing;
    await this.#options.store.close();
    await this.#commits.release();
  }

  /** Forgets all state and commits nothing more: another took over, or there is no state to speak of. */
  async drop(): Promise<void> {
    this.abandon();
    // What was sent before ends one way or the other; whoever took over has its own.
    await Promise.allSettled([this.#commits.settled(), this.#writing]);
    await this.#commits.release();
    await this.#options.store.close();
    this.#tellLeft(0);
  }

  async #load(signal: AbortSignal): Promise<LoadedCheckpoint | null> {
    const { store, partition } = this.#options;
    const loading = loadBySteps(store, partition);
    for (;;) {
      const step = loading.next();
      if (step.done === true) return step.value;
      await yieldToOthers();
      signal.throwIfAborted();
    }
  }

  async #foldTo(target: number, signal: AbortSignal): Promise<void> {
    while (this.#reader.position < target) {
      const batch = await unlessAbandoned(this.#reader.nextBefore(target), signal);
      if (batch === null) return;
      for (let index = 0; index < batch.values.count; index++) {
        this.#task.fold(valueAt(batch.values, index), batch.fingerprint);
      }
      this.#task.take();
      this.#bytesSince += batch.values.body.length;
      if (this.#reader.position > target) this.#reader.seek(target);
      this.#tellLeft(target - this.#reader.position);
      await yieldToOthers();
      signal.throwIfAborted();
    }
    this.#tellLeft(0);
  }

  #tellLeft(records: number): void {
    this.#options.counters.set(`weir_restore_left_records{partition=${this.#options.partition}}`, records);
  }

  /** Sends a commit once the one before is acknowledged; folding goes on meanwhile. */
  async #commit(position: number): Promise<void> {
    const { partition, build } = this.#options;
    const outputs = this.#task.take();
    const { digest, ordinal } = this.#task;
    const state = encodeCommitted({ digest: digest.toString('hex'), ordinal, build });
    this.#options.times?.sending(position - this.#sent);
    await this.#commits.send({ outputs, positions: [{ topic: 'journal', partition, offset: position }], state });
    this.#sent = position;
    this.#count();
  }

  #isCheckpointDue(): boolean {
    const { checkpointBytes, checkpointIntervalMs, now } = this.#options;
    // One that failed is met by the next.
    if (this.#bytesSince === 0 || this.#isWriting) return false;
    const sinceMs = now() - this.#checkpointAt;
    const isCalm = this.#foldedMs <= CALM_SHARE * sinceMs;
    return (
      this.#bytesSince >= checkpointBytes ||
      this.#foldedMs >= (isCalm ? CALM_REFOLD_MS : REFOLD_MAX_MS) ||
      sinceMs >= checkpointIntervalMs
    );
  }

  /** As of exactly one committed position; what changed is encoded and written while the task folds on. */
  async #checkpoint(final: boolean): Promise<void> {
    const { log, partition, build, now } = this.#options;
    const position = this.#reader.position;
    if (this.#sent !== position) await this.#commit(position);
    await this.#writing;
    const draft = new CheckpointDraft(this.#task.state, this.#stored, { build, position, final });
    this.#stored = draft.stored;
    this.#bytesSince = 0;
    this.#foldedMs = 0;
    this.#checkpointAt = now();
    this.#isWriting = true;
    this.#writing = this.#write(
      draft,
      this.#commits.lookBetween(() => outputEnds(log, partition)),
    );
    this.#writing.catch(() => {});
  }

  async #write(draft: CheckpointDraft, ending: Promise<OutputEnds>): Promise<void> {
    const { counters } = this.#options;
    try {
      const [outputs] = await Promise.all([ending, encodeBySteps(draft)]);
      const { write, facts, bytes } = draft.finish(outputs);
      counters.add('weir_checkpoints_total', 1);
      counters.add('weir_checkpoint_bytes_total', bytes);
      // A checkpoint may never lead what the log has on disk.
      await this.#commits.flushed();
      if (this.#abandoning.signal.aborted) return;
      await this.#store(write);
      await this.#retain(facts.position);
    } finally {
      this.#isWriting = false;
    }
  }

  async #store(write: CheckpointWrite): Promise<void> {
    const { store } = this.#options;
    try {
      await store.write(write);
    } catch (error) {
      if (!isWeirError(error, 'LOG_FENCED')) throw error;
      // Whoever commits is the owner: one that was too late to become it may have shut us out here before it knew.
      // In this order, so that whoever takes over after the confirmation shuts us out here before it reads.
      await store.fence();
      await this.#commits.confirm();
      await store.write(write);
    }
  }

  /** What a restart folds again must not be trimmed. */
  async #retain(position: number): Promise<void> {
    const { log, partition } = this.#options;
    await log.retain(taskName(partition), [{ topic: 'journal', partition, offset: position }]);
  }

  #count(): void {
    const { counters } = this.#options;
    counters.add('weir_commits_total', 1);
    for (const [series, by] of this.#task.state.outputs.tally.drain()) counters.add(series, by);
  }
}

function leads(partition: number, checkpoint: number, committed: number): WeirError {
  return new WeirError(
    'LOG_POSITION_LOST',
    `Partition ${partition}: its checkpoint stands at journal offset ${checkpoint}, but the log is committed to ${committed} only. ` +
      'The log is not the one that the checkpoint was made with; put back the whole data folder of one moment.',
  );
}

function differs(partition: number, state: CommittedState, build: string): WeirError {
  if (state.build !== build) {
    return new WeirError(
      'BUILD_MISMATCH',
      `Partition ${partition} was folded by build ${state.build}, and this build ${build} comes to other outputs for the tail since its last checkpoint. ` +
        'Start the earlier build once and stop it gracefully, so that nothing is left to fold again; then start this one.',
    );
  }
  return new WeirError(
    'REPLAY_DIFFERS',
    `Partition ${partition}: folding the journal again to the committed position gave other outputs than were committed. ` +
      'The journal or the checkpoint is damaged; run weir replay --verify to find the first difference.',
  );
}

async function encodeBySteps(draft: CheckpointDraft): Promise<void> {
  while (!draft.step()) await yieldToOthers();
}

/** Lets other tasks, commits and messages of the thread have their turn. */
export function yieldToOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
