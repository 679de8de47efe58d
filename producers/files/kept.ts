/**
 * What an import keeps: how far it came (`<data>/imports/<hash>.json`, written after each acknowledged
 * batch), the reject file beside the input, and the labels. The two files are cut back to the recorded
 * length when an import goes on, so that no line stands in them twice.
 */
import { appendFile, mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { WeirError } from '../../runtime/errors.ts';

const recordJson = z.strictObject({
  file: z.string(),
  /** Hash of everything else that the result depends on: mapping, mode, transformation. */
  settings: z.string(),
  complete: z.boolean(),
  /** Lines of the source that are done, counted through all members of an archive. */
  done: z.int(),
  accepted: z.record(z.string(), z.int()),
  rejected: z.int(),
  labels: z.int(),
  rejectBytes: z.int(),
  labelBytes: z.int(),
});

export type ImportRecord = z.infer<typeof recordJson>;

export function importRecordFile(dataDir: string, hash: string): string {
  return join(dataDir, 'imports', `${hash}.json`);
}

export function labelsFile(dataDir: string, hash: string): string {
  return join(dataDir, 'labels', `${hash}.ndjson`);
}

export function emptyRecord(file: string, settings: string): ImportRecord {
  return {
    file,
    settings,
    complete: false,
    done: 0,
    accepted: {},
    rejected: 0,
    labels: 0,
    rejectBytes: 0,
    labelBytes: 0,
  };
}

/** Null where this file was never imported. */
export async function readRecord(path: string): Promise<ImportRecord | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    return recordJson.parse(JSON.parse(text));
  } catch (cause) {
    throw new WeirError('IMPORT_INVALID', `${path} does not say how far the import came; remove it to import anew`, {
      cause,
    });
  }
}

export async function writeRecord(path: string, record: ImportRecord): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(record)}\n`);
  await rename(`${path}.new`, path);
}

/** An NDJSON file that grows and can be cut back; it exists only where it has lines. */
export class LineFile {
  readonly path: string;
  bytes: number;

  constructor(path: string, bytes: number) {
    this.path = path;
    this.bytes = bytes;
  }

  /** Takes off what was written after the length that is recorded. */
  async cut(): Promise<void> {
    if (this.bytes === 0) return rm(this.path, { force: true });
    try {
      await truncate(this.path, this.bytes);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Somebody took it away: what it said is gone, what follows is written anew.
      this.bytes = 0;
    }
  }

  async append(lines: readonly unknown[]): Promise<void> {
    if (lines.length === 0) return;
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    try {
      await mkdir(dirname(this.path), { recursive: true });
      await appendFile(this.path, text);
    } catch (cause) {
      throw new WeirError('IMPORT_INVALID', `${this.path} cannot be written`, { cause });
    }
    this.bytes += Buffer.byteLength(text);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
