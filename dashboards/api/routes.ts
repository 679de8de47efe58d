/**
 * The query API: decisions, alerts and parties, read from ClickHouse. What it answers may be a fraction
 * of a second behind the log; whoever must know at once waits at intake for the decision.
 */
import type { onRequestAsyncHookHandler } from 'fastify';
import type { ClickHouseClient } from '../../runtime/clickhouse.ts';
import type { App } from '../../runtime/http/app.ts';
import { requireRole } from '../../runtime/http/auth.ts';
import { addAlertRoutes } from './alerts.ts';
import { addDecisionRoute } from './decisions.ts';
import { addPartyRoute } from './parties.ts';

export interface QueryOptions {
  /** The client that reads. */
  readonly clickhouse: ClickHouseClient;
  /** Journal partitions. */
  readonly partitions: number;
  /** The institution's zone, for parties that have none of their own. */
  readonly zone: string;
  readonly baseCurrency: string;
  /** What time it is for days and overdue invoices: the clock's, or that of the data. */
  readonly now: () => number;
}

type Guard = (request: Parameters<onRequestAsyncHookHandler>[0]) => Promise<void>;

export interface QueryParts extends QueryOptions {
  readonly mayRead: { readonly [what in 'decisions' | 'alerts' | 'parties']: Guard };
}

export function addQueryRoutes(app: App, options: QueryOptions): void {
  const staff = requireRole('viewer', 'approver');
  const parts: QueryParts = {
    ...options,
    // Upstream systems may read what they were told; what is suspected is for people alone.
    mayRead: { decisions: requireRole('intake', 'viewer', 'approver'), alerts: staff, parties: staff },
  };
  addDecisionRoute(app, parts);
  addAlertRoutes(app, parts);
  addPartyRoute(app, parts);
}
