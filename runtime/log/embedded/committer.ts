/**
 * Commits of one owner. Its record holds positions and state, and as its version the owner's epoch: a
 * fence raises it, and LMDB itself refuses the commit of whoever came with an older one.
 */
import { WeirError } from '../../errors.ts';
import type { Commit, Committed, Committer, Position } from '../port.ts';
import type { Environment } from './environment.ts';
import type { Writer } from './writer.ts';

export class EmbeddedCommitter implements Committer {
  readonly #env: Environment;
  readonly #writer: Writer;
  readonly #owner: string;
  /** Makes the log take up what another thread may have committed just before it was shut out. */
  readonly #catchUp: () => void;
  /** Null before the first fence, and after a commit that failed. */
  #epoch: number | null = null;
  #positions = new Map<string, Position>();

  constructor(env: Environment, writer: Writer, owner: string, catchUp: () => void) {
    this.#env = env;
    this.#writer = writer;
    this.#owner = owner;
    this.#catchUp = catchUp;
  }

  async fence(): Promise<Committed> {
    const { owners, root } = this.#env;
    for (;;) {
      root.resetReadTxn();
      const entry = owners.getEntry(this.#owner);
      const current = entry?.version ?? null;
      const epoch = (current ?? 0) + 1;
      const record = entry ? entry.value : encodeRecord([], new Uint8Array(0));
      const put = () => owners.put(this.#owner, record, epoch, current as number);
      const held = await this.#writer.change({ outputs: [], put });
      // Another fence of the same owner was quicker: there is a newer epoch to go beyond.
      if (!held) continue;
      this.#catchUp();
      this.#epoch = epoch;
      const committed = decodeRecord(record);
      this.#positions = new Map(committed.positions.map((position) => [keyOf(position), position]));
      return committed;
    }
  }

  async commit({ outputs, positions, state }: Commit): Promise<void> {
    const epoch = this.#epoch;
    if (epoch === null) throw this.#fenced('it has to fence first');
    for (const position of positions) this.#positions.set(keyOf(position), position);
    const record = encodeRecord([...this.#positions.values()], state);
    const { owners } = this.#env;
    try {
      const held = await this.#writer.change({
        outputs,
        put: (putOutputs) =>
          owners.ifVersion(this.#owner, epoch, () => {
            putOutputs();
            owners.put(this.#owner, record, epoch);
          }),
        // Epochs only rise: one that still stands has stood all along.
        held: () => owners.doesExist(this.#owner, epoch),
      });
      if (!held) throw this.#fenced('another took over');
    } catch (error) {
      this.#epoch = null;
      throw error;
    }
  }

  async flushed(): Promise<void> {
    await this.#writer.flushed();
  }

  #fenced(why: string): WeirError {
    return new WeirError('LOG_FENCED', `A commit of ${this.#owner} was refused: ${why}.`);
  }
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
