/**
 * One process a data folder. The lock is the operating system's, taken through SQLite, which knows how to
 * on every platform: it dies with the process, so there is nothing stale to clean up and no race.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WeirError } from '../errors.ts';

export interface FolderLock {
  release(): void;
}

/** What SQLite answers where another holds the lock (`SQLITE_BUSY`). */
const BUSY = 5;

/** Takes the folder for this process, or throws `FOLDER_IN_USE`. Call it once a process, on the main thread. */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'lock'));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== BUSY) throw error;
    throw new WeirError(
      'FOLDER_IN_USE',
      `The data folder ${resolve(folder)} is in use by another process${holder(folder)}.`,
      {
        cause: error,
      },
    );
  }
  writeFileSync(holderFile(folder), `${process.pid}\n`);
  return { release: () => database.close() };
}

/** In a file of its own: opening and closing the locked file itself would drop the lock of a holder in this process. */
function holderFile(folder: string): string {
  return join(folder, 'lock.pid');
}

function holder(folder: string): string {
  try {
    return ` (pid ${readFileSync(holderFile(folder), 'utf8').trim()})`;
  } catch {
    // The holder took the lock a moment ago and has not said yet who it is.
    return '';
  }
}
