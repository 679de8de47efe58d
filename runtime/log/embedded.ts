/**
 * The embedded log: the log port on one LMDB environment, for one process and its threads. It is not a
 * broker: it serves one machine. Whoever opens it holds the lock of the data folder already.
 *
 * The parts, in the order in which a record meets them: `writer` gathers appends and commits into
 * transactions, `batches` lays out what is stored, `shared` tells all threads how far each partition goes,
 * `waits` wakes those who wait for it, `reader` reads, `committer` commits, `retention` drops what is old.
 */
import { partitionsOf, TOPIC_NAMES, TOPICS } from '../../schemas/topics.ts';
import { type Now, systemNow } from '../clock.ts';
import { WeirError } from '../errors.ts';
import { makePrivateFolder } from '../private-file.ts';
import { EmbeddedCommitter, readCommitted } from './embedded/committer.ts';
import { Disk } from './embedded/disk.ts';
import { type Environment, openEnvironment } from './embedded/environment.ts';
import { EmbeddedReader } from './embedded/reader.ts';
import { retain, trim } from './embedded/retention.ts';
import { catchUp, createShared, loadOffsets, Offsets, type SharedLog, type SharedTopic } from './embedded/shared.ts';
import { Waits } from './embedded/waits.ts';
import { Writer } from './embedded/writer.ts';
import type { Append, Committed, Committer, Log, Position, Reader, ReaderOptions } from './port.ts';

export interface EmbeddedLogOptions {
  readonly folder: string;
  /** Journal partitions, 16 unless said; fixed at the first start. */
  readonly partitions?: number;
  /** What the first thread's log holds as `shared`; given where a further thread of its process opens the same log. */
  readonly shared?: SharedLog;
  readonly now?: () => number;
  /**
   * Appends are refused where less than this would stay free on the disk, 64 MiB unless said; commits where
   * less than half of it would, so that what was accepted can still be worked off.
   */
  readonly reserveBytes?: number;
}

const PARTITIONS = 16;
const RESERVE_BYTES = 64 << 20;

export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
  const { folder, now = systemNow, reserveBytes = RESERVE_BYTES } = options;
  // It holds what passwords could be guessed by.
  makePrivateFolder(folder);
  const disk = new Disk(folder, reserveBytes, now);
  disk.admitChange(0);
  const env = openEnvironment(folder);
  try {
    const shared = options.shared ?? (await firstOpening(env, options));
    return new EmbeddedLog(env, shared, disk, now);
  } catch (error) {
    await env.root.close();
    throw error;
  }
}

async function firstOpening(env: Environment, { folder, partitions }: EmbeddedLogOptions): Promise<SharedLog> {
  const { facts } = env;
  const kept = facts.get(['partitions']) as number | undefined;
  if (kept !== undefined && partitions !== undefined && partitions !== kept) {
    throw new WeirError(
      'FOLDER_MISMATCH',
      `The log in ${folder} was made with ${kept} partitions and cannot be opened with ${partitions}; their number is fixed for life.`,
    );
  }
  const fixed = kept ?? partitions ?? PARTITIONS;
  const ids = (facts.get(['topics']) ?? []) as string[];
  ids.push(...TOPIC_NAMES.filter((name) => !ids.includes(name)));
  // Written at each opening, since its sync also takes along what a killed process left unsynced.
  const { durable } = env.transact(() => [facts.put(['partitions'], fixed), facts.put(['topics'], ids)]);
  await durable;
  let firstSlot = 0;
  const topics = TOPIC_NAMES.map((name): SharedTopic => {
    const count = partitionsOf(TOPICS[name], fixed);
    firstSlot += count;
    return { name, id: ids.indexOf(name), partitions: count, firstSlot: firstSlot - count };
  });
  const shared = createShared(fixed, topics);
  loadOffsets(env, new Offsets(shared));
  return shared;
}

export class EmbeddedLog implements Log {
  readonly shared: SharedLog;
  readonly partitions: number;
  readonly #env: Environment;
  readonly #offsets: Offsets;
  readonly #waits: Waits;
  readonly #writer: Writer;

  constructor(env: Environment, shared: SharedLog, disk: Disk, now: Now) {
    this.shared = shared;
    this.partitions = shared.partitions;
    this.#env = env;
    this.#offsets = new Offsets(shared);
    this.#waits = new Waits(this.#offsets);
    this.#writer = new Writer(env, this.#offsets, disk, now);
  }

  async append(append: Append): Promise<{ readonly baseOffset: number }> {
    return { baseOffset: await this.#writer.append(append) };
  }

  reader(topic: string, partition: number, from: number, options: ReaderOptions): Reader {
    const slot = this.#offsets.slot(topic, partition);
    return new EmbeddedReader({ env: this.#env, offsets: this.#offsets, waits: this.#waits }, slot, from, options);
  }

  committer(owner: string): Committer {
    return new EmbeddedCommitter(this.#env, this.#writer, owner, () => catchUp(this.#env, this.#offsets));
  }

  kept(): null {
    return null;
  }

  async committed(owner: string): Promise<Committed> {
    // So that whoever reads on from here finds all that was committed with it.
    catchUp(this.#env, this.#offsets);
    return readCommitted(this.#env, owner);
  }

  start(topic: string, partition: number): number {
    return this.#offsets.start(this.#offsets.slot(topic, partition));
  }

  end(topic: string, partition: number): number {
    return this.#offsets.committed(this.#offsets.slot(topic, partition));
  }

  async askEnd(topic: string, partition: number): Promise<number> {
    const slot = this.#offsets.slot(topic, partition);
    catchUp(this.#env, this.#offsets, [slot]);
    return this.#offsets.committed(slot);
  }

  awaitAny(readers: readonly Reader[]): Promise<void> {
    return this.#waits.any(readers as readonly EmbeddedReader[]);
  }

  schema(fingerprint: string): string | null {
    const { facts, root } = this.#env;
    const find = () => (facts.get(['schema', fingerprint]) ?? null) as string | null;
    const known = find();
    if (known !== null) return known;
    root.resetReadTxn();
    return find();
  }

  async declareSchema(fingerprint: string, schema: string): Promise<void> {
    if (this.schema(fingerprint) !== null) return;
    await this.#writer.change({ outputs: [], put: () => this.#env.facts.put(['schema', fingerprint], schema) });
  }

  retain(name: string, positions: readonly Position[] | null): Promise<void> {
    return retain(this.#env, this.#writer, name, positions);
  }

  trim(now: number): Promise<void> {
    return trim(this.#env, this.#offsets, this.#writer, now);
  }

  async close(): Promise<void> {
    this.#waits.close();
    await this.#writer.close();
    await this.#env.root.close();
  }
}
