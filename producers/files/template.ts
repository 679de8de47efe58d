/**
 * Templates of a mapping: text with `{column}` where a column's value goes. `{@line}` is the line's number
 * and `{@file}` the head of the file's SHA-256, so that ids made of both are the same in every run.
 */
import { WeirError } from '../../runtime/errors.ts';

export interface RowContext {
  readonly row: readonly string[];
  readonly line: number;
  /** First twelve hex digits of the file's hash. */
  readonly file: string;
}

export type Template = (context: RowContext) => string;

/** The columns of a table, and how to speak of the mapping in messages. */
export interface Header {
  readonly columns: ReadonlyMap<string, number>;
  /** `amlsim.yaml` or whatever the mapping is called. */
  readonly mapping: string;
  /** The file, or the archive's member, that has the columns. */
  readonly table: string;
}

const PLACE = /\{([^{}]+)\}/g;

/** Throws IMPORT_INVALID where a column is named that the table does not have. */
export function compileTemplate(text: string, path: string, header: Header): Template {
  const parts: (string | Template)[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACE)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(placeOf(match[1] as string, path, header));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return typeof only === 'string' ? () => only : only;
  return (context) => parts.map((part) => (typeof part === 'string' ? part : part(context))).join('');
}

function placeOf(name: string, path: string, header: Header): Template {
  if (name === '@line') return ({ line }) => String(line);
  if (name === '@file') return ({ file }) => file;
  const index = columnOf(name, path, header);
  return ({ row }) => row[index] as string;
}

export function columnOf(name: string, path: string, { columns, mapping, table }: Header): number {
  const index = columns.get(name);
  if (index !== undefined) return index;
  const names = [...columns.keys()].map((column) => `"${column}"`).join(', ');
  throw new WeirError('IMPORT_INVALID', `${mapping}: ${path} names column "${name}"; ${table} has ${names}`);
}

/** Column names as the header has them; a second one of the same name is called `Name#2`. */
export function headerOf(names: readonly string[], mapping: string, table: string): Header {
  const columns = new Map<string, number>();
  const seen = new Map<string, number>();
  names.forEach((raw, index) => {
    const name = raw.trim();
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    columns.set(count === 1 ? name : `${name}#${count}`, index);
  });
  return { columns, mapping, table };
}
