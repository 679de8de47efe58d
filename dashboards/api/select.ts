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

/** Rows as lists of values, times in ISO 8601: for answers whose columns are told elsewhere. */
export async function selectRows(
  client: ClickHouseClient,
  query: string,
  params: Params,
): Promise<(string | number | null)[][]> {
  try {
    const answer = await client.query({
      query,
      query_params: params,
      format: 'JSONCompactEachRow',
      clickhouse_settings: { date_time_output_format: 'iso' },
    });
    return await answer.json<(string | number | null)[]>();
  } catch (cause) {
    throw refusalOf(cause);
  }
}

/**
 * Codes of ClickHouse that are no fault of ours: timeouts, too much memory, too many rows or queries; a server that
 * shuts down, cannot write, refuses the user, or whose tables or columns the sink, in another process of
 * this build, has yet to make.
 */
const UNAVAILABLE = new Set([
  ...['16', '47', '60', '81', '159', '160', '192', '193', '194', '202', '209', '210', '236', '241', '242'],
  ...['279', '396', '425', '497', '516', '999'],
]);

function refusalOf(cause: unknown): unknown {
  if (!isAway(cause)) return cause;
  return new WeirError('SINK_UNAVAILABLE', `ClickHouse could not answer: ${(cause as Error).message}`, {
    cause,
    zh: 'ClickHouse 暂时无法响应，请稍后再试；判断与决定不受影响。',
  });
}

function isAway(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const { code } = cause as { code?: unknown };
  if (typeof code === 'string' && /^\d+$/.test(code)) return UNAVAILABLE.has(code);
  // Of the network (ECONNREFUSED, EAI_AGAIN …); or a plain error, which the client makes of its time-out and of
  // answers that no ClickHouse wrote, such as a proxy’s page.
  return typeof code === 'string' ? /^E[A-Z_]+$/.test(code) : cause.constructor === Error;
}

/** A time as ClickHouse gives it with `toUnixTimestamp64Milli`, as JSON has it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** An enum as ClickHouse and Avro name it, as JSON has it. */
export function hyphened(symbol: string): string {
  return symbol.replaceAll('_', '-');
}
