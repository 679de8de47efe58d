/** The repository's own sources, for tests that read code as text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

const SKIPPED = new Set(['node_modules', '.git', 'data', 'coverage', 'dist']);

export interface Source {
  /** Path from the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** All files of an extension, sorted by path. */
export function sources(extension = '.ts', folder = ROOT): Source[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sources(extension, path);
      if (!entry.isFile() || !entry.name.endsWith(extension)) return [];
      return [{ path: relative(ROOT, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
