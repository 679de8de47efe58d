/** `weir status`: whether Weir runs on this folder, and how it does. */
import type { Config } from '../runtime/config.ts';
import { formatDuration, SECOND_MS } from '../schemas/time.ts';
import type { AdminAction } from './admin/routes.ts';
import type { Bounds } from './admin/wire.ts';
import { accessOf, type Cli, type Declare, type Holder, settingsOf, withFolder } from './cli.ts';
import type { River } from './engine.ts';
import type { FlowMeter } from './flow.ts';
import { type Flow, renderFlow } from './status-line.ts';
import { formatCount, type Text } from './terminal.ts';

interface Status {
  readonly version: string;
  readonly pid: number;
  readonly upMs: number;
  readonly dataDir: string;
  readonly roles: readonly string[];
  readonly flow: Flow;
  readonly lag: { readonly route: number; readonly score: number; readonly clickhouse: number };
  /** What ClickHouse failed with last; null while inserts go well. */
  readonly clickhouse: string | null;
}

/** What the running Weir tells. The flow is that since the process started, apart from the status line’s own measure. */
export function statusAction(
  { now, version }: Cli,
  engine: River,
  { dataDir }: Config,
  flow: () => FlowMeter,
): AdminAction {
  const startedAt = now();
  return {
    method: 'GET',
    path: '/status',
    answer: async (): Promise<Status> => {
      const sink = engine.sink.lag();
      return {
        version,
        pid: process.pid,
        upMs: now() - startedAt,
        dataDir,
        roles: [...engine.roles],
        flow: await flow().latest(),
        lag: { ...engine.lag(), clickhouse: sink.records },
        clickhouse: sink.failing,
      };
    },
  };
}

const TEXTS = {
  idle: { en: 'No Weir runs on this folder.', zh: '此数据目录上没有运行中的 Weir。' },
} as const satisfies { readonly [name: string]: Text };

export const declareStatus: Declare = (program, cli) => {
  program
    .command('status')
    .description('Tell whether Weir runs on the data folder, what flows, and what lags behind.')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => {
      const { terminal } = cli;
      const found = await withFolder(settingsOf(cli), findStatus);
      const { running } = found;
      if (options.json === true) terminal.print(JSON.stringify({ running, ...(running ? found.status : {}) }));
      else for (const line of running ? linesOf(found) : idleLines(found.bounds)) terminal.print(terminal.say(line));
    });
};

type Found =
  | { readonly running: true; readonly status: Status; readonly address: string }
  | { readonly running: false; readonly bounds: readonly Bounds[] };

async function findStatus(holder: Holder): Promise<Found> {
  if (holder.kind === 'own') return { running: false, bounds: await accessOf(holder).bounds() };
  const { client } = holder;
  return { running: true, status: await client.ask<Status>('GET', '/status'), address: client.address };
}

function linesOf({ status, address }: Extract<Found, { running: true }>): Text[] {
  const { version, pid, upMs, dataDir, roles, flow, lag, clickhouse } = status;
  const up = formatDuration(Math.floor(upMs / SECOND_MS) * SECOND_MS);
  return [
    {
      en: `Weir ${version} runs at ${address} (pid ${pid}, up ${up}), data in ${dataDir}`,
      zh: `Weir ${version} 运行于 ${address}（pid ${pid}，已运行 ${up}），数据目录 ${dataDir}`,
    },
    { en: `roles: ${roles.join(', ')}`, zh: `角色：${roles.join('、')}` },
    renderFlow(flow),
    {
      en: `to be read: route ${formatCount(lag.route)}, score ${formatCount(lag.score)}, ClickHouse ${formatCount(lag.clickhouse)} records`,
      zh: `待处理：路由 ${formatCount(lag.route)} 条，判断 ${formatCount(lag.score)} 条，ClickHouse ${formatCount(lag.clickhouse)} 条`,
    },
    clickhouse === null
      ? { en: 'ClickHouse: inserting', zh: 'ClickHouse：正常' }
      : { en: `ClickHouse: ${clickhouse}`, zh: `ClickHouse：${clickhouse}` },
  ];
}

function idleLines(bounds: readonly Bounds[]): Text[] {
  const count = (name: string) =>
    formatCount(bounds.filter(({ topic }) => topic === name).reduce((sum, { end }) => sum + end, 0));
  const held = {
    en: `It holds ${count('transfers')} transfers, ${count('decisions')} decisions, ${count('alerts')} alert revisions.`,
    zh: `其中转账 ${count('transfers')} 条，决定 ${count('decisions')} 条，预警修订 ${count('alerts')} 条。`,
  };
  return [TEXTS.idle, held];
}
