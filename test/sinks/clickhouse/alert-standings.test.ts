/** How alerts stand, kept beside their revisions: of what was there before the table, and whatever comes twice or late. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { listAlerts } from '../../../dashboards/api/alerts.ts';
import { type ClickHouse, openClickHouse } from '../../../runtime/clickhouse.ts';
import { migrate, readMigrations } from '../../../sinks/clickhouse/migrate.ts';
import { temporaryFolder } from '../../support/folder.ts';

const FIRST_SEEN = '2026-03-01 01:00:00.000';

interface Revision {
  readonly revision: number;
  readonly severity: 'medium' | 'high';
  readonly status: 'open' | 'closed';
  readonly restricted?: boolean;
}

async function insert({ write }: ClickHouse, { revision, severity, status, restricted = false }: Revision) {
  await write.command({
    query: `
INSERT INTO alerts (alert_id, revision, rule, family, severity, subject_kind, subject, status, opened_at, at, seen, logged, restricted, en, zh)
SELECT 'velocity:C-1:7', ${revision}, 'velocity', 'anomaly', '${severity}', 'party', 'C-1', '${status}', '${FIRST_SEEN}', '${FIRST_SEEN}',
    toDateTime64('${FIRST_SEEN}', 3, 'UTC') + INTERVAL ${revision - 1} HOUR, '${FIRST_SEEN}', ${restricted}, 'Seen.', '已见。'`,
  });
}

async function listed({ read }: ClickHouse, filter: Partial<Parameters<typeof listAlerts>[1]>) {
  const { items } = await listAlerts(read, { restricted: false, shadow: false, limit: 10, ...filter });
  return items.map(({ revision, severity, status }) => [revision, severity, status]);
}

it('are found of alerts that were there before, and of each by its last revision', async () => {
  const clickhouse = openClickHouse({ folder: join(temporaryFolder(), 'clickhouse') });
  onTestFinished(() => clickhouse.close());
  const all = readMigrations();
  const earlier = all.filter(({ name }) => name < '011-');
  await migrate(clickhouse.write, { migrations: earlier });
  await insert(clickhouse, { revision: 1, severity: 'medium', status: 'open' });
  await insert(clickhouse, { revision: 2, severity: 'high', status: 'open' });
  await migrate(clickhouse.write, { migrations: all });
  expect(await listed(clickhouse, {})).toEqual([[2, 'high', 'open']]);
  expect(await listed(clickhouse, { severity: 'medium' })).toEqual([]);

  await insert(clickhouse, { revision: 3, severity: 'high', status: 'closed' });
  await insert(clickhouse, { revision: 2, severity: 'high', status: 'open' });
  expect(await listed(clickhouse, { closed: 'true' })).toEqual([[3, 'high', 'closed']]);
  expect(await listed(clickhouse, { closed: 'false' })).toEqual([]);
  const raised = Date.parse('2026-03-01T01:00:00Z');
  expect(await listed(clickhouse, { after: [raised + 1, ''] })).toHaveLength(1);
  expect(await listed(clickhouse, { after: [raised, ''] })).toEqual([]);

  // A rule that a later build restricts: nobody else sees the alert from then on.
  await insert(clickhouse, { revision: 4, severity: 'high', status: 'closed', restricted: true });
  expect(await listed(clickhouse, {})).toEqual([]);
  expect(await listed(clickhouse, { restricted: true })).toEqual([[4, 'high', 'closed']]);
});
