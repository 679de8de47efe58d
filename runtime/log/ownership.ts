/**
 * Who takes care of what, where several processes work on one log. A stage has shares: a journal partition for
 * `score`, the whole for a stage that one process does at a time. Each share belongs to one process, and goes
 * to another when that one leaves or is lost; the log's fence keeps the earlier holder from committing.
 */

export interface Share {
  readonly stage: string;
  /** 0 for a stage that is one whole. */
  readonly partition: number;
}

export interface OwnershipOptions {
  /** The stages that this process can take care of, and how many shares each has. */
  readonly stages: { readonly [stage: string]: number };
  /** Given from now on. Resolves when the shares are in work, for which nothing waits but `ready`. */
  readonly onAssigned: (shares: readonly Share[]) => Promise<void>;
  /**
   * Taken away: the next owner gets them when this resolves. Where they were `lost`, another may have them
   * already, so nothing more is committed and all state is dropped.
   */
  readonly onRevoked: (shares: readonly Share[], lost: boolean) => Promise<void>;
  /** What ends the process: it can neither own nor wait to. */
  readonly onFault: (error: unknown) => void;
}

export interface Ownership {
  /** Resolves when what was given first is in work. */
  readonly ready: Promise<void>;
  /** A commit of this share was refused, because another took over: it is dropped by now, and may be given again. */
  giveUp(share: Share, why: unknown): void;
  /** Gives all back in good order, so that others go on at once. */
  leave(): Promise<void>;
}

/** Where one process has the log to itself, it owns everything. */
export function ownEverything({ stages, onAssigned, onRevoked, onFault }: OwnershipOptions): Ownership {
  const all = Object.entries(stages).flatMap(([stage, count]) => sharesOf(stage, count));
  const ready = onAssigned(all);
  ready.catch(onFault);
  let left: Promise<void> | null = null;
  return {
    ready,
    // Nobody else may be there, so nothing that could follow is safe.
    giveUp: (_share, why) => onFault(why),
    leave: () => {
      left ??= onRevoked(all, false);
      return left;
    },
  };
}

export function sharesOf(stage: string, count: number): Share[] {
  return Array.from({ length: count }, (_, partition) => ({ stage, partition }));
}

/** A share in a word, such as `score/3`. */
export function nameOfShare({ stage, partition }: Share): string {
  return `${stage}/${partition}`;
}

export function shareNamed(name: string): Share {
  const [stage, partition] = name.split('/') as [string, string];
  return { stage, partition: Number(partition) };
}
