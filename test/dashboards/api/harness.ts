/** The query API over a real server, a real ClickHouse and rows that the real sink inserted. */
import { onTestFinished } from 'vitest';
import type { Reading } from '../../../dashboards/api/readings.ts';
import { addQueryRoutes } from '../../../dashboards/api/routes.ts';
import type { Role } from '../../../runtime/http/keys.ts';
import { buildServer } from '../../../runtime/http/server.ts';
import { type Alert, alertRecord } from '../../../schemas/alert.ts';
import { type Decision, decisionRecord } from '../../../schemas/decision.ts';
import { type Transfer, transferRecord } from '../../../schemas/events/transfer.ts';
import type { Entry } from '../../../schemas/journal.ts';
import { partitionOf } from '../../../schemas/subjects.ts';
import type { Migration } from '../../../sinks/clickhouse/migrate.ts';
import { openAdministered } from '../../support/access.ts';
import { type Bench, openBench } from '../../support/clickhouse.ts';
import { entry } from '../../support/records.ts';

const PARTITIONS = 4;
export const PARTY = 'C-1001';
export const OWN = partitionOf(PARTY, PARTITIONS);
/** In Shanghai it is 09:00 of 15 March. */
export const NOW = Date.UTC(2026, 2, 15, 1);

export type Json = { readonly [name: string]: unknown };

export interface Api extends Bench {
  /** Readings of personal data that were noted. */
  readonly readings: readonly Reading[];
  get(path: string, role?: Role | null): Promise<{ status: number; body: Json }>;
  /** Has all that was appended inserted. */
  insert(): Promise<void>;
}

export async function openApi(migrations?: readonly Migration[]): Promise<Api> {
  const bench = await openBench(PARTITIONS, migrations);
  const { access, adminKey } = await openAdministered({ log: bench.log });
  const faults: unknown[] = [];
  const server = await buildServer({
    access,
    version: '1.0.0',
    readiness: () => ({ ready: true, checks: {} }),
    onFault: (error) => faults.push(error),
  });
  onTestFinished(() => {
    if (faults.length > 0) throw faults[0];
  });
  const { read: clickhouse } = bench.clickhouse;
  const zone = 'Asia/Shanghai';
  const readings: Reading[] = [];
  const noteReading = async (reading: Reading) => void readings.push(reading);
  addQueryRoutes(server.app, {
    clickhouse,
    partitions: PARTITIONS,
    institution: () => ({ zone, baseCurrency: 'CNY' }),
    now: () => NOW,
    restrictedRules: ['pass-through'],
    noteReading,
  });
  const address = await server.listen({ port: 0 });
  onTestFinished(() => server.close());
  const tokens = new Map<Role, string>([['admin', adminKey]]);
  const tokenOf = async (role: Role) => {
    if (!tokens.has(role)) tokens.set(role, (await access.keys.create({ name: role, roles: [role] }, null)).key);
    return tokens.get(role);
  };
  return {
    ...bench,
    readings,
    insert: async () => {
      const sink = bench.sink();
      await sink.caughtUp();
      await sink.stop();
    },
    get: async (path, role = 'compliance') => {
      const headers: { [name: string]: string } =
        role === null ? {} : { authorization: `Bearer ${await tokenOf(role)}` };
      const response = await fetch(`${address}${path}`, { headers });
      return { status: response.status, body: (await response.json()) as Json };
    },
  };
}

export function decision(transferId: string, fields: Partial<Decision> = {}): Decision {
  return { ...decisionRecord.example, transferId, eventId: `${transferId}#submitted`, ...fields };
}

export function alert(number: number, fields: Partial<Alert> = {}): Alert {
  const seen = alertRecord.example.seen + number * 1_000;
  return {
    ...alertRecord.example,
    alertId: `pass-through:C-${number}:${number}`,
    subject: `C-${number}`,
    seen,
    ...fields,
  };
}

/** A leg of the party. */
export function leg(transferId: string, fields: Partial<Transfer> = {}, about: Partial<Entry<'transfers'>> = {}) {
  return entry<'transfers'>(
    { ...transferRecord.example, transferId, ...fields },
    { subject: PARTY, role: 'payer', ...about },
  );
}
