/** Files that only who runs Weir may read, replaced whole: a crash leaves the old one or the new one. */
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
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
