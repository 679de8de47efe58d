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
}

/** Tells each panel’s time on standard error: whose it is that grew can then be seen. */
export async function benchPanels(decisions: number): Promise<PanelFigures & PageFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-'));
  const clickhouse = openClickHouse({ folder: join(folder, 'clickhouse') });
  try {
    await migrate(clickhouse.write);
    await fillTables(clickhouse.write, { decisions, alerts: 100_000, invoices: 100_000, samples: 250_000, now: NOW });
    await merged(clickhouse.read);
    const times: number[] = [];
    for (const panel of PANELS) {
      for (const rangeMs of RANGES_MS) {
        const asked = { from: new Date(NOW - rangeMs).toISOString(), to: new Date(NOW).toISOString() };
        const ms = await median(() =>
          readPanel(
            clickhouse.read,
            panel,
            { ...asked, language: 'zh' },
            { zone: 'Asia/Shanghai', baseCurrency: 'CNY', now: NOW },
          ),
        );
        times.push(ms);
        console.error(`${panel.id.padEnd(24)} ${rangeMs / DAY_MS} d ${ms.toFixed(0).padStart(6)} ms`);
      }
    }
    times.sort((left, right) => left - right);
    return {
      panelDecisions: decisions,
      panelMedianMs: times[times.length >> 1] as number,
      panelSlowestMs: times.at(-1) as number,
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

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  }
  return times.sort((left, right) => left - right)[ROUNDS >> 1] as number;
}
