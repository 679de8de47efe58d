/**
 * Cursors of lists: where a page ended, as text that callers pass back and need not read. A page begins behind the
 * values themselves and not behind a count, so what comes in meanwhile moves nothing.
 */
import { z } from 'zod';
import { WeirError } from '../../runtime/errors.ts';

const CURSOR_LENGTH_MAX = 1_024;

export const cursorField = z
  .string()
  .max(CURSOR_LENGTH_MAX)
  .optional()
  .describe('Where the page before ended: its `next`. Without it, the first page.');

export function writeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The values that a cursor stands for; refused where it is none of this list. */
export function readCursor<T>(cursor: string, values: z.ZodType<T>): T {
  const result = values.safeParse(parse(cursor));
  if (result.success) return result.data;
  throw new WeirError('REQUEST_INVALID', 'The cursor is not one that this list gave.', {
    zh: '翻页标记无效。',
    fields: [{ path: '/cursor', message: 'must be the `next` of the page before, as it was given' }],
  });
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    // What is no JSON is no cursor; the caller is told by the check that follows.
    return null;
  }
}

export const nextField = z.string().nullable().describe('Cursor of the next page; null where this is the last.');
