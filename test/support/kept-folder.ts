/**
 * Folders that cost time to make, made once and kept. Several test processes may need one at the same time, and
 * must not see half of it: so each makes its own beside it, and the first to be done wins.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './sources.ts';

/** For what is made of installed packages: it goes when they are installed anew. */
export const KEPT = join(ROOT, 'node_modules/.cache/weir');

/** A new folder, to be filled and then kept under the name. */
export function beside(folder: string): string {
  mkdirSync(dirname(folder), { recursive: true });
  return mkdtempSync(`${folder}-`);
}

export function keepAs(folder: string, own: string): void {
  try {
    renameSync(own, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(own, { recursive: true });
  }
}
