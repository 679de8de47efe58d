/**
 * Build boundaries (版本边界): copies of the checkpoints that another build wrote, taken when this build
 * goes on from one. This build may judge what came before otherwise, so a replay starts from the boundary
 * on. A boundary is kept as long as the journal from it on is.
 */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointStore } from '../../runtime/store/checkpoint-store.ts';
import type { CheckpointFacts } from './checkpoint.ts';

export interface Boundary {
  /** Next journal offset to fold. */
  readonly position: number;
  /** Build that wrote the checkpoint. */
  readonly build: string;
  readonly folder: string;
}

/** Where the boundaries of a partition lie in the data folder. */
export function boundariesFolder(dataDir: string, partition: number): string {
  return join(dataDir, 'state', 'boundaries', `p-${String(partition).padStart(2, '0')}`);
}

/** The boundaries in a folder, oldest first. */
export function boundariesIn(folder: string): Boundary[] {
  return namesIn(folder)
    .flatMap((name) => {
      const [, position, build] = /^(\d+)-(.+)$/.exec(name) ?? [];
      if (position === undefined || build === undefined || name.endsWith(UNFINISHED)) return [];
      return [{ position: Number(position), build, folder: join(folder, name) }];
    })
    .sort((left, right) => left.position - right.position);
}

/** Copies the checkpoint that another build left, once. */
export async function keepBoundary(folder: string, store: CheckpointStore, facts: CheckpointFacts): Promise<void> {
  const { position, build } = facts;
  if (boundariesIn(folder).some((one) => one.position === position && one.build === build)) return;
  const target = join(folder, `${position}-${build}`);
  // A copy that a crash cut short is not taken for a whole one.
  rmSync(`${target}${UNFINISHED}`, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await store.copy(`${target}${UNFINISHED}`);
  renameSync(`${target}${UNFINISHED}`, target);
}

/** Drops the boundaries from which the journal cannot be folded any more. */
export function dropBoundaries(folder: string, journalStart: number): void {
  for (const boundary of boundariesIn(folder)) {
    if (boundary.position < journalStart) rmSync(boundary.folder, { recursive: true, force: true });
  }
}

const UNFINISHED = '.new';

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
