/**
 * What people see: lines, tables, and one live line that is rewritten in place. Where the output is no
 * terminal (a file, a service manager) the live line becomes a plain line now and then.
 */
import type { Writable } from 'node:stream';

export type Language = 'en' | 'zh';

/** A text in both languages; whoever adds one cannot forget the other. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

const COLUMNS = 80;

export interface Screen extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export class Terminal {
  readonly language: Language;
  readonly #out: Screen;
  readonly errors: Screen;
  #live = '';

  constructor(out: Screen, errors: Screen, language: Language) {
    this.#out = out;
    this.errors = errors;
    this.language = language;
  }

  get isInteractive(): boolean {
    return this.#out.isTTY === true;
  }

  say(text: Text): string {
    return text[this.language];
  }

  print(line = ''): void {
    this.#hideLive();
    this.#out.write(`${line}\n`);
    this.#showLive();
  }

  /** For what went wrong: to standard error, so that a pipe gets only what was asked for. */
  complain(line: string): void {
    this.#hideLive();
    this.errors.write(`${line}\n`);
    this.#showLive();
  }

  /** Writes without a line end and waits where the reader is slow: for output of any size. */
  async pour(chunk: string): Promise<void> {
    if (this.#out.write(chunk)) return;
    await new Promise((resolve) => this.#out.once('drain', resolve));
  }

  /** Shows a line that the next one replaces. An empty one takes it away. */
  live(line: string): void {
    if (!this.isInteractive) return;
    this.#hideLive();
    // A terminal that knows no width says 0.
    this.#live = cut(line, (this.#out.columns || COLUMNS) - 1);
    this.#showLive();
  }

  #hideLive(): void {
    if (this.#live !== '') this.#out.write('\r\u001b[K');
  }

  #showLive(): void {
    if (this.#live !== '') this.#out.write(this.#live);
  }
}

/** Columns that a text takes: Chinese characters and full-width signs take two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u;

function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let fitted = '';
  let width = 1;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    fitted += character;
  }
  return `${fitted}…`;
}

/** Columns under one another, as wide as their widest cell; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const cells = [head, ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? formatCount(cell) : cell)))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  const right = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  return cells.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] as number, right[column] as boolean))
      .join('  ')
      .trimEnd(),
  );
}

function pad(cell: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(cell)));
  return right ? space + cell : cell + space;
}

/** 1234567 → `1,234,567`, the same on every machine. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
