/** What a task commits besides its outputs: where it stands in the journal, and what shows that it was folded alike. */
import type { Committed } from '../../runtime/log/port.ts';

export interface CommittedState {
  /** Running digest of all outputs so far, hex. */
  readonly digest: string;
  /** Entries folded so far. */
  readonly ordinal: number;
  /** Build that folded them. */
  readonly build: string;
}

export interface CommittedTask {
  /** Next journal offset to fold. */
  readonly position: number;
  /** Null where nothing was committed yet. */
  readonly state: CommittedState | null;
}

/** The name by which the task of a partition commits. */
export function taskName(partition: number): string {
  return `score-${partition}`;
}

export function committedTask({ positions, state }: Committed): CommittedTask {
  return {
    position: positions.find((one) => one.topic === 'journal')?.offset ?? 0,
    state: state.length === 0 ? null : (JSON.parse(state.toString('utf8')) as CommittedState),
  };
}

export function encodeCommitted(state: CommittedState): Buffer {
  return Buffer.from(JSON.stringify(state));
}
