/**
 * Commits of one owner. Each fence raises the owner's epoch, and LMDB itself refuses a commit that comes
 * with an older one: whatever a predecessor still has under way comes before the fence or not at all.
 */
import { WeirError } from '../../errors.ts';
import type { Commit, Committed, Committer, Position } from '../port.ts';
import type { Environment } from './environment.ts';
import type { Writer } from './writer.ts';

export class EmbeddedCommitter implements Committer {
  readonly #env: Environment;
  readonly #writer: Writer;
  readonly #owner: string;
  /** Makes the log take up what another thread committed just before it was shut out. */
  readonly #catchUp: () => void;
  /** Null before the first fence, and from a commit that failed to the next fence. */
  #epoch: number | null = null;
  #positions = new Map<string, Position>();
  /** The step before: one that comes after a failed commit must not be committed as if nothing had been. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(env: Environment, writer: Writer, owner: string, catchUp: () => void) {
    this.#env = env;
    this.#writer = writer;
    this.#owner = owner;
    this.#catchUp = catchUp;
  }

  fence(): Promise<Committed> {
    return this.#inTurn(() => this.#fence());
  }

  commit(commit: Commit): Promise<void> {
    return this.#inTurn(() => this.#commit(commit));
  }

  confirm(): Promise<void> {
    return this.#inTurn(async () => {
      const { epochs, root } = this.#env;
      root.resetReadTxn();
      if (this.#epoch === null || !epochs.doesExist(this.#owner, this.#epoch)) throw this.#fenced('another took over');
    });
  }

  async flushed(): Promise<void> {
    await this.#writer.flushed();
  }

  /** A log on the same disk has nothing to look after. */
  async release(): Promise<void> {}

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#before.then(step);
    this.#before = result.catch(() => {});
    return result;
  }

  async #fence(): Promise<Committed> {
    this.#epoch = await this.#raiseEpoch();
    this.#catchUp();
    const committed = readCommitted(this.#env, this.#owner);
    this.#positions = new Map(committed.positions.map((position) => [keyOf(position), position]));
    return committed;
  }

  async #commit({ outputs, positions, state }: Commit): Promise<void> {
    const epoch = this.#epoch;
    if (epoch === null) throw this.#fenced('it has to fence first');
    for (const position of positions) this.#positions.set(keyOf(position), position);
    const record = encodeRecord([...this.#positions.values()], state);
    const { epochs, owners } = this.#env;
    try {
      const held = await this.#writer.change({
        outputs,
        put: (putOutputs) =>
          epochs.ifVersion(this.#owner, epoch, () => {
            putOutputs();
            owners.put(this.#owner, record);
          }),
        // Epochs only rise: one that still stands has stood all along.
        holds: () => epochs.doesExist(this.#owner, epoch),
      });
      if (!held) throw this.#fenced('another took over');
    } catch (error) {
      this.#epoch = null;
      throw error;
    }
  }

  async #raiseEpoch(): Promise<number> {
    const { epochs, root } = this.#env;
    for (;;) {
      this.#writer.refuseWhereOver();
      root.resetReadTxn();
      const current = epochs.getEntry(this.#owner)?.version ?? null;
      const raised = (current ?? 0) + 1;
      // An epoch that is not there yet is asked for with null, which lmdb's types leave out.
      const put = () => epochs.put(this.#owner, Buffer.alloc(0), raised, current as number);
      // Where another fence of the same owner was quicker, there is a newer epoch to go beyond.
      if (await this.#writer.change({ outputs: [], put })) return raised;
    }
  }

  #fenced(why: string): WeirError {
    return new WeirError('LOG_FENCED', `A commit of ${this.#owner} was refused: ${why}.`);
  }
}

/** What the owner committed last, as the transaction for reading shows it. */
export function readCommitted({ owners }: Environment, owner: string): Committed {
  const record = owners.get(owner);
  return record ? decodeRecord(record) : { positions: [], state: Buffer.alloc(0) };
}

function keyOf({ topic, partition }: Position): string {
  return `${topic}/${partition}`;
}

function encodeRecord(positions: readonly Position[], state: Uint8Array): Buffer {
  const head = Buffer.from(JSON.stringify(positions));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, state]);
}

export function decodeRecord(record: Buffer): Committed {
  const end = 4 + record.readUInt32LE(0);
  return { positions: JSON.parse(record.toString('utf8', 4, end)) as Position[], state: record.subarray(end) };
}
