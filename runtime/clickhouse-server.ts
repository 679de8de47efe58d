/**
 * A ClickHouse server over HTTP, behind the same two clients as chDB. Nothing is sent until something is
 * asked: a server that is away at the start is waited for by whoever needs it.
 */
import { Agent } from 'node:https';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { type ClickHouse, readSettings } from './clickhouse.ts';
import type { ClickHouseService } from './services.ts';

const CONNECTIONS_MAX = 10;

/** Said to every server, since its profile may say otherwise: answers then look as those of chDB do. */
const ANSWERS = { output_format_json_quote_64bit_integers: 0 } as const;

export function openClickHouseServer(
  service: ClickHouseService,
  { readSecondsMax }: { readonly readSecondsMax?: number } = {},
): ClickHouse {
  const shared = {
    url: service.url,
    database: service.database,
    application: 'weir',
    request_timeout: service.timeoutMs,
    max_open_connections: CONNECTIONS_MAX,
    compression: { request: service.compression, response: service.compression },
    keep_alive: { enabled: true, eagerly_destroy_stale_sockets: true },
    // What fails is thrown, and told by whoever asked.
    log: { level: ClickHouseLogLevel.OFF },
    ...signOn(service),
  };
  const write = createClient({ ...shared, clickhouse_settings: { ...ANSWERS, wait_end_of_query: 1 } });
  const read = createClient({
    ...shared,
    // A query that nobody waits for any more ends.
    clickhouse_settings: {
      ...ANSWERS,
      ...readSettings(readSecondsMax),
      cancel_http_readonly_queries_on_client_close: 1,
    },
  });
  return {
    write,
    read,
    close: async () => {
      await read.close();
      await write.close();
    },
  };
}

/** By password; by the certificate where there is one and no password: ClickHouse refuses both at once. */
function signOn({ username, password, tls }: ClickHouseService) {
  const agent =
    tls === null || Object.keys(tls).length === 0
      ? {}
      : { http_agent: new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX, ...tls }) };
  if (tls?.cert === undefined || password !== '') return { username, password, ...agent };
  return {
    ...agent,
    set_basic_auth_header: false,
    http_headers: { 'X-ClickHouse-User': username, 'X-ClickHouse-SSL-Certificate-Auth': 'on' },
  };
}
