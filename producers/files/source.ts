/**
 * Files as streams of lines: plain or gzipped CSV, archives of CSVs, NDJSON. Nothing is held but what is
 * being parsed, so a file may be larger than memory.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type CsvError, type Info, parse } from 'csv-parse';
import { extract } from 'tar-stream';
import { WeirError } from '../../runtime/errors.ts';
import type { TableMapping } from './mapping.ts';

/** A line of a file: its cells or its text, or why it could not be read. */
export interface SourceLine<T> {
  /** From 1, the header included. */
  readonly line: number;
  readonly value: T | null;
  readonly problem: string | null;
}

/** Longest line: more than any record needs, less than what would fill memory. */
const LINE_BYTES_MAX = 1_048_576;

/** What such a record swallowed cannot be told apart any more, so it is one refused line. */
const NOT_CLOSED = 'a quote opens before this line and is not closed: what lies between was not read';

export type FileKind = 'csv' | 'archive' | 'ndjson';

export function kindOf(file: string): FileKind {
  const name = file.toLowerCase().replace(/\.gz$/, '');
  if (/\.(tgz|tar)$/.test(name)) return 'archive';
  if (/\.(ndjson|jsonl)$/.test(name)) return 'ndjson';
  if (/\.csv$/.test(name)) return 'csv';
  throw new WeirError('IMPORT_INVALID', `${file}: expected a .csv, .tgz or .ndjson file (.csv.gz and .ndjson.gz too)`);
}

export async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new WeirError('IMPORT_INVALID', `${file} cannot be read`, { cause });
  });
  if (!found.isFile()) throw new WeirError('IMPORT_INVALID', `${file} is no file`);
  return found.size;
}

/** The file's SHA-256 in hex: what tells one file from another, whatever they are called. */
export async function hashFile(file: string, onBytes: (bytes: number) => void): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), counting(onBytes), hash);
  return hash.digest('hex');
}

/** The file's bytes, unpacked where its name says gzip; `onBytes` counts those of the file itself. */
function openBytes(file: string, onBytes: (bytes: number) => void): Readable {
  const counted = piped(createReadStream(file), counting(onBytes));
  return /\.(gz|tgz)$/i.test(file) ? piped(counted, createGunzip()) : counted;
}

function counting(onBytes: (bytes: number) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      bytes += chunk.length;
      onBytes(bytes);
      done(null, chunk);
    },
  });
}

/** Pipes and passes errors on, which `pipe` alone does not. */
function piped<T extends Transform>(from: Readable, into: T): T {
  from.on('error', (error) => into.destroy(error));
  into.on('close', () => from.destroy());
  return from.pipe(into);
}

export interface Member {
  /** Name inside the archive; the file's own where it is none. */
  readonly name: string;
  readonly content: Readable;
}

/** The members of an archive in their order, or the file itself as its only one. Each must be read before the next. */
export async function* membersOf(
  file: string,
  kind: FileKind,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Member> {
  const bytes = openBytes(file, onBytes);
  if (kind !== 'archive') {
    yield { name: file, content: bytes };
    return;
  }
  const archive = extract();
  bytes.on('error', (error) => archive.destroy(error));
  bytes.pipe(archive as unknown as NodeJS.WritableStream);
  try {
    for await (const entry of archive) {
      if (entry.header.type === 'file') yield { name: entry.header.name, content: Readable.from(entry) };
      // What nobody read is skipped, or the archive would stand still.
      entry.resume();
    }
  } finally {
    bytes.destroy();
  }
}

/**
 * The records of a CSV, header included, as cells. A record that is no CSV is told as a problem, at its
 * place: the parser tells of it while it is still ahead of what was read.
 */
export async function* csvLines(content: Readable, table: TableMapping): AsyncGenerator<SourceLine<string[]>> {
  const problems: SourceLine<string[]>[] = [];
  const parser = parse({
    bom: true,
    delimiter: table.delimiter,
    info: true,
    max_record_size: LINE_BYTES_MAX,
    relax_column_count: true,
    // A stray quote stays in its cell; otherwise it would swallow the good lines up to the next one.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
  });
  parser.on('skip', (error: CsvError) => {
    const open = error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE';
    problems.push({ line: Number(error.lines), value: null, problem: open ? NOT_CLOSED : error.message });
  });
  const text = table.encoding === 'utf-8' ? content : piped(content, decoding(table.encoding));
  for await (const { record, info } of piped(text, parser) as AsyncIterable<{ record: string[]; info: Info }>) {
    const later = problems.findIndex(({ line }) => line >= info.lines);
    yield* problems.splice(0, later === -1 ? problems.length : later);
    yield { line: info.lines, value: record, problem: null };
  }
  yield* problems;
}

function decoding(encoding: string): Transform {
  const decoder = new TextDecoder(encoding);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, decoder.decode(chunk, { stream: true }));
    },
    flush(done) {
      done(null, decoder.decode());
    },
  });
}

/** Lines of text. Empty ones are passed over; one that is too long is told as a problem. */
export async function* textLines(content: Readable): AsyncGenerator<SourceLine<string>> {
  let line = 0;
  let kept: Buffer[] = [];
  let length = 0;
  const close = (): SourceLine<string> | null => {
    line++;
    const tooLong = length > LINE_BYTES_MAX;
    const text = tooLong
      ? ''
      : Buffer.concat(kept)
          .toString('utf8')
          .replace(/^\uFEFF/, '')
          .trim();
    kept = [];
    length = 0;
    if (tooLong) return { line, value: null, problem: `the line is longer than ${LINE_BYTES_MAX} bytes` };
    return text === '' ? null : { line, value: text, problem: null };
  };
  const keep = (part: Buffer) => {
    length += part.length;
    if (length <= LINE_BYTES_MAX) kept.push(part);
  };
  for await (const chunk of content as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      keep(chunk.subarray(start, end));
      start = end + 1;
      const closed = close();
      if (closed !== null) yield closed;
    }
    keep(chunk.subarray(start));
  }
  const last = length === 0 ? null : close();
  if (last !== null) yield last;
}
