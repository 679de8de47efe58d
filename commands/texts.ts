/** Terminal texts in both languages. Whoever adds one writes both: the type asks for it. */
import type { Text } from './terminal.ts';

/** A text with places to fill. */
type Filled<A extends readonly unknown[]> = (...values: A) => Text;

const filled =
  <A extends readonly unknown[]>(en: (...values: A) => string, zh: (...values: A) => string): Filled<A> =>
  (...values) => ({ en: en(...values), zh: zh(...values) });

export const TEXTS = {
  starting: filled(
    (version: string, dataDir: string) => `Weir ${version} starts with the data in ${dataDir}`,
    (version, dataDir) => `Weir ${version} 正在启动，数据目录 ${dataDir}`,
  ),
  running: filled(
    (roles: string, address: string) => `Roles: ${roles}; health and metrics at ${address}`,
    (roles, address) => `角色：${roles}；健康检查与指标：${address}`,
  ),
  holds: filled(
    (transfers: string, decisions: string) => `goes on with ${transfers} transfers, ${decisions} decisions`,
    (transfers, decisions) => `接续已有的 ${transfers} 条转账、${decisions} 条决定`,
  ),
  console: { en: 'Console', zh: '控制台' },
  address: { en: 'API', zh: '接口' },
  openApi: { en: 'API reference', zh: '接口文档' },
  metrics: { en: 'Metrics', zh: '指标' },
  data: { en: 'Data', zh: '数据' },
  log: { en: 'Log', zh: '日志' },
  demo: { en: 'Demo traffic', zh: '演示流量' },
  demoSeed: filled(
    (seed: number) => `seed ${seed}; WEIR_DEMO=off turns it off`,
    (seed) => `种子 ${seed}；设 WEIR_DEMO=off 可关闭`,
  ),
  demoRefused: {
    en: 'off: this folder holds events that are no demo',
    zh: '已关闭：此目录中有非演示数据',
  },
  clock: { en: 'Clock', zh: '时钟' },
  clockOfData: { en: 'the data’s own: this is an evaluation, no time passes', zh: '以数据为准：评估目录，时间不流逝' },
  stop: { en: 'Stop', zh: '停止' },
  stopHow: { en: 'Ctrl+C; the next start goes on where this one stopped', zh: 'Ctrl+C；下次启动将从停止处继续' },
  adminKey: {
    en: 'Admin key, shown this once; send it as “Authorization: Bearer …”',
    zh: '管理员密钥（仅显示一次），请求时携带 “Authorization: Bearer …”',
  },
  tryIt: { en: 'Try', zh: '试一试' },
  stopping: { en: 'Stopping …', zh: '正在停止……' },
  stopped: { en: 'Stopped.', zh: '已停止。' },
} as const;
