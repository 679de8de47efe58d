/**
 * What the panels cost: each one’s query over a day and over a month, with ten million decisions in ClickHouse; and with
 * the same rows the pages that officers open most.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { readPanel } from '../dashboards/api/panels.ts';
import { PANELS } from '../dashboards/panels/panels.ts';
import { type ClickHouseClient, openClickHouse } from '../runtime/clickhouse.ts';
import { DAY_MS } from '../schemas/time.ts';
import { migrate } from '../sinks/clickhouse/migrate.ts';
import { type Cost, costOf, medianOf } from './cost.ts';
import { benchPages, type PageFigures } from './pages.ts';
import { fillTables } from './panel-data.ts';

/** The real time: what is older than its table keeps is dropped. */
const NOW = Date.now();
const RANGES_MS = [DAY_MS, 30 * DAY_MS];
const ROUNDS = 3;
const MERGE_MS_MAX = 300_000;

export interface PanelFigures {
  readonly panelDecisions: number;
  readonly panelMedianMs: number;
  readonly panelSlowestMs: number;
  readonly panelCpuMs: number;
  readonly panelMostCpuMs: number;
}

/** Tells each panel’s time on standard error: whose it is that grew can then be seen. */
export async function benchPanels(decisions: number): Promise<PanelFigures & PageFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-'));
  const clickhouse = openClickHouse({ folder: join(folder, 'clickhouse') });
  try {
    await migrate(clickhouse.write);
    await fillTables(clickhouse.write, { decisions, alerts: 100_000, invoices: 100_000, samples: 250_000, now: NOW });
    await merged(clickhouse.read);
    const costs: Cost[] = [];
    for (const panel of PANELS) {
      for (const rangeMs of RANGES_MS) {
        const asked = { from: new Date(NOW - rangeMs).toISOString(), to: new Date(NOW).toISOString() };
        const cost = await median(() =>
          readPanel(
            clickhouse.read,
            panel,
            { ...asked, language: 'zh' },
            { zone: 'Asia/Shanghai', baseCurrency: 'CNY', now: NOW },
          ),
        );
        costs.push(cost);
        const [ms, cpuMs] = [cost.ms, cost.cpuMs].map((one) => one.toFixed(0).padStart(6));
        console.error(`${panel.id.padEnd(24)} ${`${rangeMs / DAY_MS}`.padStart(2)} d ${ms} ms ${cpuMs} ms CPU`);
      }
    }
    const [times, cpuTimes] = [costs.map(({ ms }) => ms), costs.map(({ cpuMs }) => cpuMs)];
    return {
      panelDecisions: decisions,
      panelMedianMs: medianOf(times),
      panelSlowestMs: Math.max(...times),
      panelCpuMs: medianOf(cpuTimes),
      panelMostCpuMs: Math.max(...cpuTimes),
      ...(await benchPages(clickhouse.read, folder, NOW)),
    };
  } finally {
    await clickhouse.close();
    rmSync(folder, { recursive: true });
  }
}

/** Ten million rows at once are more to merge than any day brings: what is measured is how they lie afterwards. */
async function merged(client: ClickHouseClient): Promise<void> {
  const deadline = performance.now() + MERGE_MS_MAX;
  for (let quiet = 0; quiet < 3 && performance.now() < deadline; ) {
    const answer = await client.query({ query: 'SELECT count() FROM system.merges', format: 'JSONCompactEachRow' });
    const [[running] = [0]] = await answer.json<[string | number]>();
    quiet = Number(running) === 0 ? quiet + 1 : 0;
    await setTimeout(1_000);
  }
}

async function median(work: () => Promise<unknown>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) costs.push(await costOf(work));
  return { ms: medianOf(costs.map(({ ms }) => ms)), cpuMs: medianOf(costs.map(({ cpuMs }) => cpuMs)) };
}
