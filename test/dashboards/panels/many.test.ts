/** Every panel on many decisions; `npm run test:long` makes two million of them. What each takes is printed. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fillTables } from '../../../bench/panel-data.ts';
import { readPanel } from '../../../dashboards/api/panels.ts';
import { PANELS } from '../../../dashboards/panels/panels.ts';
import { openClickHouse } from '../../../runtime/clickhouse.ts';
import { DAY_MS } from '../../../schemas/time.ts';
import { migrate } from '../../../sinks/clickhouse/migrate.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { scaled } from '../../support/scale.ts';

/** The real time: what is older than its table keeps is dropped. */
const NOW = Date.now();

it('each panel has something to tell of a month', async () => {
  const clickhouse = openClickHouse({ folder: join(temporaryFolder(), 'clickhouse') });
  onTestFinished(() => clickhouse.close());
  await migrate(clickhouse.write);
  const decisions = scaled(100_000);
  const sizes = { decisions, alerts: scaled(2_000), invoices: scaled(2_000), samples: scaled(2_000) };
  await fillTables(clickhouse.write, { ...sizes, now: NOW });
  const asked = { from: new Date(NOW - 30 * DAY_MS).toISOString(), to: new Date(NOW).toISOString() };
  const defaults = { zone: 'Asia/Shanghai', baseCurrency: 'CNY', now: NOW };
  const lines: string[] = [];
  for (const panel of PANELS) {
    const begin = performance.now();
    const { rows } = await readPanel(clickhouse.read, panel, { ...asked, language: 'en' }, defaults);
    lines.push(`${panel.id.padEnd(24)} ${(performance.now() - begin).toFixed(0).padStart(5)} ms  ${rows.length} rows`);
    expect(rows.length, panel.id).toBeGreaterThan(0);
  }
  console.log(`${decisions} decisions, a month of each panel:\n${lines.join('\n')}`);
});
