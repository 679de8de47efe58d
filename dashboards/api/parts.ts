/** What the routes of the query API are given. */
import type { FastifyRequest } from 'fastify';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import type { NoteReading } from './readings.ts';

/** Of the institution that runs Weir, as its settings have it now. */
export interface Institution {
  /** For parties that have none of their own. */
  readonly zone: string;
  readonly baseCurrency: string;
}

export interface QueryOptions {
  /** The client that reads. */
  readonly clickhouse: ClickHouseClient;
  /** Journal partitions. */
  readonly partitions: number;
  readonly institution: () => Institution;
  /** Rules whose alerts are for compliance alone. */
  readonly restrictedRules: readonly string[];
  /** Told of each reading of personal data. */
  readonly noteReading: NoteReading;
  /** What time it is for days and overdue invoices: the clock's, or that of the data. */
  readonly now: () => number;
}

type Guard = (request: FastifyRequest) => Promise<void>;

export interface QueryParts extends QueryOptions {
  readonly mayRead: { readonly [what in 'decisions' | 'alerts' | 'parties' | 'panels' | 'webhooks']: Guard };
}
