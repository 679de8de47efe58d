/** Asks ClickHouse: statements are constants, values are bound, and what it fails with is told as what it is. */
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import { WeirError } from '../../runtime/errors.ts';

export type Params = { readonly [name: string]: string | number | boolean | readonly (string | number)[] };

export async function select<Row>(client: ClickHouseClient, query: string, params: Params): Promise<Row[]> {
  try {
    const answer = await client.query({ query, query_params: params, format: 'JSONEachRow' });
    return await answer.json<Row>();
  } catch (cause) {
    throw refusalOf(cause);
  }
}

/** Timeouts, too much memory, too many rows, and a server that cannot be reached: none of them is a fault of ours. */
const UNAVAILABLE = new Set([
  '159',
  '160',
  '202',
  '209',
  '210',
  '241',
  '396',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
]);

function refusalOf(cause: unknown): unknown {
  const { code, message } = cause as { code?: string; message?: string };
  if (code === undefined || !UNAVAILABLE.has(`${code}`)) return cause;
  return new WeirError('SINK_UNAVAILABLE', `ClickHouse could not answer: ${message}`, { cause });
}

/** A time as ClickHouse gives it with `toUnixTimestamp64Milli`, as JSON has it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** An enum as ClickHouse and Avro name it, as JSON has it. */
export function hyphened(symbol: string): string {
  return symbol.replaceAll('_', '-');
}
