/**
 * What the pages that officers open most cost: the list of alerts, an alert, a party and what waits for approval, asked of the
 * query API over HTTP, with whatever the tables hold.
 */
import { join } from 'node:path';
import { addQueryRoutes } from '../dashboards/api/routes.ts';
import type { ClickHouseClient } from '../runtime/clickhouse.ts';
import { Access } from '../runtime/http/access.ts';
import { buildServer } from '../runtime/http/server.ts';
import { openEmbeddedLog } from '../runtime/log/embedded.ts';
import { type Cost, costOf, medianOf } from './cost.ts';
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

const PAGES = ['alertList', 'alertPage', 'partyPage', 'partyFlow', 'approvals'] as const;
/** CPU is that of the whole process, the server's part and the asking included: it is the steady figure of a shared machine. */
type FigureOf<Page extends string> = `${Page}${'MedianMs' | 'SlowestMs' | 'CpuMs'}`;
export type PageFigures = { readonly [figure in FigureOf<(typeof PAGES)[number]>]: number };

type Ask = (path: string) => Promise<Cost & { readonly body: unknown }>;

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
    institution: () => ({ zone: 'Asia/Shanghai', baseCurrency: 'CNY' }),
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
    let body: unknown;
    const cost = await costOf(async () => {
      const response = await fetch(address + path, { headers: { authorization: `Bearer ${key}` } });
      body = await response.json();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
    });
    return { ...cost, body };
  };
}

async function askAll(ask: Ask): Promise<PageFigures> {
  const { lists, alertIds } = await alertLists(ask);
  const each = async (pathOf: (round: number) => string): Promise<Cost[]> => {
    const costs: Cost[] = [];
    for (let round = 0; round < ROUNDS; round++) costs.push(await ask(pathOf(round)));
    return costs;
  };
  const party = (round: number) => `/v1/parties/C-${(round * 977) % PARTIES}`;
  const costs: { readonly [page in (typeof PAGES)[number]]: readonly Cost[] } = {
    alertList: lists,
    alertPage: await each(
      (round) => `/v1/alerts/${encodeURIComponent(alertIds[(round * 7) % alertIds.length] as string)}`,
    ),
    partyPage: await each(party),
    partyFlow: await each((round) => `${party(round)}/flow`),
    approvals: await each(() => '/v1/decisions?waiting=true'),
  };
  const figures = PAGES.flatMap((page) => {
    const [ms, cpuMs] = [costs[page].map((one) => one.ms), costs[page].map((one) => one.cpuMs)];
    return Object.entries({ MedianMs: medianOf(ms), SlowestMs: Math.max(...ms), CpuMs: medianOf(cpuMs) }).map(
      ([figure, value]) => [page + figure, value] as const,
    );
  });
  return Object.fromEntries(figures) as PageFigures;
}

/** Each list with its second page. */
async function alertLists(ask: Ask): Promise<{ readonly lists: Cost[]; readonly alertIds: string[] }> {
  const lists: Cost[] = [];
  const alertIds: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const query = QUERIES[round % QUERIES.length] as string;
    const first = await ask(`/v1/alerts${query}`);
    const { items, next } = first.body as { readonly items: readonly { readonly id: string }[]; readonly next: string };
    const second = await ask(`/v1/alerts${query}${query === '' ? '?' : '&'}cursor=${encodeURIComponent(next)}`);
    lists.push(first, second);
    alertIds.push(...items.map(({ id }) => id));
  }
  return { lists, alertIds };
}
