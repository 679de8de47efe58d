/**
 * What Grafana is set up with: where the dashboards lie, and alerts on the pipeline itself. Where the data is, the
 * deployment knows (`deploy/grafana/provisioning/datasources/`). Alerts on customers are Weir’s own and are sent by Weir, signed so that their receivers can check; Grafana’s say that
 * Weir or ClickHouse needs somebody.
 *
 * `$NAME` is filled in by Grafana from its environment: passwords and addresses never stand in a file.
 */
import { stringify } from 'yaml';
import type { Words } from '../panels/words.ts';
import { type GeneratedFile, LANGUAGES } from './generate.ts';
import { DATASOURCE } from './modern-panels.ts';

/** Where the generated dashboards are mounted. */
const MOUNT = '/etc/grafana/weir/dashboards';
const FOLDERS: Words = { zh: 'Weir 风险监测', en: 'Weir' };

export interface OperationsAlert {
  readonly id: string;
  readonly title: Words;
  readonly summary: Words;
  /** Answers one number; no variables, since nobody chooses them for an alert. */
  readonly sql: string;
  readonly above: number;
  readonly for: string;
  readonly severity: 'warning' | 'critical';
  /** What it means where there is no number at all. */
  readonly noData: 'OK' | 'Alerting';
}

export const OPERATIONS_ALERTS: readonly OperationsAlert[] = [
  {
    id: 'samples-missing',
    title: { en: 'Weir takes no samples', zh: 'Weir 未上报采样' },
    summary: {
      en: 'No sample of the pipeline for over two minutes: Weir is down, or cannot write to ClickHouse.',
      zh: '超过两分钟没有管道采样：Weir 已停止，或无法写入 ClickHouse。',
    },
    sql: `SELECT if(count() = 0, 1000000, dateDiff('second', max(sampled), now64(3))) AS seconds FROM pipeline WHERE sampled > now() - INTERVAL 1 DAY`,
    above: 120,
    for: '1m',
    severity: 'critical',
    noData: 'Alerting',
  },
  {
    id: 'backlog-grows',
    title: { en: 'Weir falls behind', zh: 'Weir 处理积压' },
    summary: {
      en: 'Over 100,000 records wait for a stage: decisions come late.',
      zh: '某环节积压超过 100,000 条记录，决定将延迟。',
    },
    sql: `SELECT max(lag_records) AS records FROM pipeline WHERE sampled > now() - INTERVAL 2 MINUTE AND stage IN ('route', 'score')`,
    above: 100_000,
    for: '5m',
    severity: 'critical',
    noData: 'OK',
  },
  {
    id: 'insert-late',
    title: { en: 'Rows reach ClickHouse late', zh: '入库延迟' },
    summary: {
      en: 'Rows wait over a minute for ClickHouse: dashboards and queries are behind, decisions are not.',
      zh: '数据等待入库超过一分钟：看板与查询滞后，决定不受影响。',
    },
    sql: `SELECT max(lag_ms) AS ms FROM pipeline WHERE sampled > now() - INTERVAL 2 MINUTE AND stage = 'clickhouse'`,
    above: 60_000,
    for: '5m',
    severity: 'warning',
    noData: 'OK',
  },
  {
    id: 'dead-letters',
    title: { en: 'Records are refused', zh: '出现死信' },
    summary: {
      en: 'Upstream sent records that could not be taken; see the latest dead letters for each reason.',
      zh: '上游发送的部分记录无法处理，原因见“最新死信”。',
    },
    sql: `SELECT count() AS records FROM dead_letters WHERE seen > now() - INTERVAL 10 MINUTE`,
    above: 0,
    for: '0s',
    severity: 'warning',
    noData: 'OK',
  },
  {
    id: 'holds-expire',
    title: { en: 'Holds are about to expire', zh: '待审即将到期' },
    summary: {
      en: 'Transfers wait that are rejected within the hour unless somebody decides.',
      zh: '有待审转账将在一小时内因无人处理而被拒绝。',
    },
    sql: `SELECT count() AS waiting FROM holds_open WHERE expires_at BETWEEN now64(3) AND now64(3) + INTERVAL 1 HOUR`,
    above: 0,
    for: '5m',
    severity: 'warning',
    noData: 'OK',
  },
];

export function provisioningFiles(): GeneratedFile[] {
  const files = {
    'dashboards/weir.yml': providers(),
    'alerting/rules.yml': rules(),
    'alerting/contact-points.yml': contactPoints(),
  };
  return Object.entries(files).map(([path, content]) => ({
    path: `provisioning/${path}`,
    text: `# Written by npm run dashboards.\n${stringify({ apiVersion: 1, ...content }, { lineWidth: 0, aliasDuplicateObjects: false })}`,
  }));
}

function providers(): object {
  return {
    providers: LANGUAGES.map((language) => ({
      name: `weir-${language}`,
      folder: FOLDERS[language],
      folderUid: folderUid(language),
      type: 'file',
      disableDeletion: true,
      allowUiUpdates: false,
      options: { path: `${MOUNT}/${language}` },
    })),
  };
}

function folderUid(language: keyof Words): string {
  return `weir-${language}`;
}

/** One set: an alert that came once a language would wake people twice. It says both. */
function rules(): object {
  return {
    groups: [
      {
        orgId: 1,
        name: 'weir-operations',
        folder: FOLDERS.zh,
        interval: '60s',
        rules: OPERATIONS_ALERTS.map(ruleOf),
      },
    ],
  };
}

function ruleOf({ id, title, summary, sql, above, for: pending, severity, noData }: OperationsAlert): object {
  const expression = (refId: string, model: object) => ({
    refId,
    datasourceUid: '__expr__',
    relativeTimeRange: { from: 600, to: 0 },
    model: { refId, datasource: { type: '__expr__', uid: '__expr__' }, ...model },
  });
  const query = {
    refId: 'A',
    datasourceUid: DATASOURCE.uid,
    relativeTimeRange: { from: 600, to: 0 },
    model: { refId: 'A', datasource: DATASOURCE, editorType: 'sql', queryType: 'table', format: 1, rawSql: sql },
  };
  return {
    uid: `weir-${id}`,
    title: `${title.zh} · ${title.en}`,
    condition: 'C',
    for: pending,
    noDataState: noData,
    execErrState: 'Error',
    labels: { service: 'weir', severity },
    annotations: { summary: `${summary.zh} ${summary.en}` },
    data: [
      query,
      expression('B', { type: 'reduce', expression: 'A', reducer: 'last' }),
      expression('C', {
        type: 'threshold',
        expression: 'B',
        conditions: [{ evaluator: { type: 'gt', params: [above] } }],
      }),
    ],
  };
}

function contactPoints(): object {
  return {
    contactPoints: [
      {
        orgId: 1,
        name: 'weir-operations',
        receivers: [
          {
            uid: 'weir-operations-webhook',
            type: 'webhook',
            settings: {
              url: '$GRAFANA_ALERT_URL',
              httpMethod: 'POST',
              hmacConfig: {
                secret: '$GRAFANA_ALERT_SECRET',
                header: 'X-Grafana-Alerting-Signature',
                timestampHeader: 'X-Grafana-Alerting-Timestamp',
              },
            },
          },
        ],
      },
    ],
    policies: [
      {
        orgId: 1,
        receiver: 'weir-operations',
        group_by: ['alertname'],
        group_wait: '30s',
        group_interval: '5m',
        repeat_interval: '4h',
      },
    ],
  };
}
