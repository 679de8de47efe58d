/**
 * Golden files: what came out once, read by a person, and compared from then on. `WEIR_GOLDEN=write`
 * writes them anew; the difference is then read in the diff.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'vitest';

const writes = process.env.WEIR_GOLDEN === 'write';

/** Compares line by line. Nothing is kept as no file. */
export function expectGolden(path: string, lines: readonly string[]): void {
  if (writes) write(path, lines);
  expect(lines, `${path} (WEIR_GOLDEN=write writes it anew)`).toEqual(readLines(path));
}

/** What was recorded; made and written anew under the flag. */
export function recordedLines(path: string, make: () => readonly string[]): readonly string[] {
  if (writes) write(path, make());
  return readLines(path);
}

function write(path: string, lines: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true });
  if (lines.length === 0) rmSync(path, { force: true });
  else writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
}

function readLines(path: string): string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
