/** Lines of any kind of file, made into events and labels, or into a reason why not. */
import type { Readable } from 'node:stream';
import { type Label, labelJson } from '../../schemas/label.ts';
import { compileTable, type Draft, type Mapped, type RowMapper } from './compile.ts';
import type { LoadedMapping, TableMapping } from './mapping.ts';
import { csvLines, type FileKind, type Member, type SourceLine, textLines } from './source.ts';
import { headerOf, type RowContext } from './template.ts';
import { Unreadable } from './time.ts';
import { isImportable } from './topics.ts';

/** A line that was read: what it brings, or why it is refused, and what stood there. */
export type ReadLine =
  | { readonly line: number; readonly mapped: Mapped; readonly source: unknown }
  | { readonly line: number; readonly reason: string; readonly source: unknown };

/** Changes a CSV line before it is mapped, or leaves it out: for control experiments on labelled data. */
export type RowTransform = (row: string[], columns: ReadonlyMap<string, number>, member: string) => string[] | null;

export interface LineOptions {
  readonly mapping: LoadedMapping | null;
  /** Head of the file's hash, for ids. */
  readonly fileTag: string;
  readonly transform?: RowTransform;
}

/** The lines of a member that the mapping has a table for; null for others. */
export function linesOf(member: Member, kind: FileKind, options: LineOptions): AsyncIterable<ReadLine> | null {
  if (kind === 'ndjson') return ndjson(member.content);
  const tables = options.mapping?.mapping.tables ?? [];
  const index = tables.findIndex((table) => belongs(table, member, kind));
  const table = tables[index];
  return table === undefined ? null : csv(member, table, `tables[${index}]`, options);
}

function belongs({ member }: TableMapping, { name }: Member, kind: FileKind): boolean {
  return kind === 'archive' ? member !== undefined && `/${name}`.endsWith(member) : member === undefined;
}

async function* csv(
  member: Member,
  table: TableMapping,
  path: string,
  { mapping, fileTag, transform }: LineOptions,
): AsyncGenerator<ReadLine> {
  const label = mapping?.label ?? 'mapping';
  let columns = table.columns;
  let mapper: RowMapper | null = null;
  let header = headerOf(columns ?? [], label, member.name);
  for await (const { line, value, problem } of csvLines(member.content, table)) {
    if (value === null) {
      yield { line, reason: problem ?? 'unreadable', source: null };
      continue;
    }
    if (columns === undefined) {
      columns = value;
      header = headerOf(columns, label, member.name);
      mapper = compileTable(table, path, header);
      continue;
    }
    mapper ??= compileTable(table, path, header);
    if (value.length !== columns.length) {
      yield { line, reason: `has ${value.length} columns where the header has ${columns.length}`, source: value };
      continue;
    }
    const row = transform === undefined ? value : transform(value, header.columns, member.name);
    if (row !== null) yield readRow(mapper, { row, line, file: fileTag });
  }
}

function readRow(mapper: RowMapper, context: RowContext): ReadLine {
  const { row, line } = context;
  try {
    return { line, mapped: mapper(context), source: row };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { line, reason: error.message, source: row };
  }
}

async function* ndjson(content: Readable): AsyncGenerator<ReadLine> {
  for await (const source of textLines(content)) yield readText(source);
}

/** `{"topic":"transfers", …}`, a transfer alone, or `{"topic":"labels", …}`. */
function readText({ line, value, problem }: SourceLine<string>): ReadLine {
  if (value === null) return { line, reason: problem ?? 'unreadable', source: null };
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch (error) {
    return { line, reason: `is no JSON: ${(error as SyntaxError).message}`, source: value.slice(0, 2_000) };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { line, reason: 'is no JSON object', source: json };
  }
  const { topic = 'transfers', ...item } = json as { [name: string]: unknown };
  if (topic === 'labels') return readLabel(line, item);
  if (!isImportable(topic)) return { line, reason: `topic ${JSON.stringify(topic)} cannot be imported`, source: json };
  const draft: Draft = { topic, item };
  return { line, mapped: { events: [draft], labels: [] }, source: json };
}

function readLabel(line: number, item: unknown): ReadLine {
  const parsed = labelJson.safeParse(item);
  if (!parsed.success) {
    const reason = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ');
    return { line, reason, source: item };
  }
  const label: Label = parsed.data;
  return { line, mapped: { events: [], labels: [label] }, source: item };
}
