/**
 * What the pages that officers open most cost: the list of alerts and a party, asked of the query API over HTTP, with
 * whatever the tables hold.
 */
import { join } from 'node:path';
import { addQueryRoutes } from '../dashboards/api/routes.ts';
import type { ClickHouseClient } from '../runtime/clickhouse.ts';
import { Access } from '../runtime/http/access.ts';
import { buildServer } from '../runtime/http/server.ts';
import { openEmbeddedLog } from '../runtime/log/embedded.ts';
import { PARTIES, PARTITIONS } from './panel-data.ts';

/** Asked so often, of another party each time: what was read for one is not at hand for the next. */
const ROUNDS = 15;
const QUERIES = [
  '',
  '?closed=false',
  '?severity=critical',
  '?rule=fan-in&closed=false',
  '?quieted=false&escalated=false',
];

export interface PageFigures {
  readonly alertListMedianMs: number;
  readonly alertListSlowestMs: number;
  readonly alertPageMedianMs: number;
  readonly alertPageSlowestMs: number;
  readonly partyPageMedianMs: number;
  readonly partyPageSlowestMs: number;
}

type Ask = (path: string) => Promise<{ readonly ms: number; readonly body: unknown }>;

export async function benchPages(clickhouse: ClickHouseClient, folder: string, now: number): Promise<PageFigures> {
  const onFault = (error: unknown) => {
    throw error;
  };
  const log = await openEmbeddedLog({ folder: join(folder, 'pages-log'), partitions: 1 });
  const access = new Access({ log, now: () => now, onFault });
  await access.open();
  const server = await buildServer({ access, version: 'bench', readiness: () => ({ ready: true, checks: {} }) });
  addQueryRoutes(server.app, {
    clickhouse,
    partitions: PARTITIONS,
    zone: 'Asia/Shanghai',
    baseCurrency: 'CNY',
    restrictedRules: [],
    noteReading: async () => {},
    now: () => now,
  });
  const address = await server.listen({ port: 0 });
  try {
    return await askAll(askerOf(address, (await access.makeFirstAdmin()) as string));
  } finally {
    await server.close();
    await log.close();
  }
}

function askerOf(address: string, key: string): Ask {
  return async (path) => {
    const begin = performance.now();
    const response = await fetch(address + path, { headers: { authorization: `Bearer ${key}` } });
    const body = (await response.json()) as unknown;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
    return { ms: performance.now() - begin, body };
  };
}

async function askAll(ask: Ask): Promise<PageFigures> {
  const { lists, alertIds } = await alertLists(ask);
  const alerts: number[] = [];
  const parties: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const alertId = alertIds[(round * 7) % alertIds.length] as string;
    alerts.push((await ask(`/v1/alerts/${encodeURIComponent(alertId)}`)).ms);
    parties.push((await ask(`/v1/parties/C-${(round * 977) % PARTIES}`)).ms);
  }
  const [list, alert, party] = [lists, alerts, parties].map((times) => times.sort((left, right) => left - right));
  return {
    ...{ alertListMedianMs: middle(list), alertListSlowestMs: list?.at(-1) as number },
    ...{ alertPageMedianMs: middle(alert), alertPageSlowestMs: alert?.at(-1) as number },
    ...{ partyPageMedianMs: middle(party), partyPageSlowestMs: party?.at(-1) as number },
  };
}

/** Each list with its second page. */
async function alertLists(ask: Ask): Promise<{ readonly lists: number[]; readonly alertIds: string[] }> {
  const lists: number[] = [];
  const alertIds: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const query = QUERIES[round % QUERIES.length] as string;
    const first = await ask(`/v1/alerts${query}`);
    const { items, next } = first.body as { readonly items: readonly { readonly id: string }[]; readonly next: string };
    const second = await ask(`/v1/alerts${query}${query === '' ? '?' : '&'}cursor=${encodeURIComponent(next)}`);
    lists.push(first.ms, second.ms);
    alertIds.push(...items.map(({ id }) => id));
  }
  return { lists, alertIds };
}

function middle(sorted: readonly number[] | undefined): number {
  return sorted?.[sorted.length >> 1] as number;
}
