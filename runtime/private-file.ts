/** Files and folders that only who runs Weir may read. Files are replaced whole: a crash leaves the old one or the new one. */
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export function replacePrivateFile(file: string, text: string): void {
  const folder = dirname(file);
  const temporary = join(folder, `.${basename(file)}-${process.pid}`);
  const handle = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
  syncFolder(folder);
}

/** Without this the rename itself may be lost when the power fails. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

const OWNER_ALONE = 0o700;
const OTHERS = 0o077;

/** Makes the folder, or shuts out others where it is there and open to them. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: OWNER_ALONE });
  if ((statSync(folder).mode & OTHERS) === 0) return;
  try {
    chmodSync(folder, OWNER_ALONE);
  } catch (error) {
    // Of a folder that belongs to somebody else, who may look into it is theirs to say.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}
