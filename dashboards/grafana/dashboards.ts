/** Which panels stand on which dashboard, and how wide and high each is. */
import {
  borderCorridors,
  largeValues,
  suspicionAge,
  suspicionRules,
  suspicionsByRule,
  suspicionsOpen,
  suspiciousSubjects,
} from '../panels/aml.ts';
import {
  approvalWait,
  approvers,
  controlChanges,
  holdsByExpiry,
  holdsEnded,
  holdsWaiting,
  largestHolds,
  limitHits,
} from '../panels/approvals.ts';
import { webhookAttempts, webhookDelay, webhookHealth } from '../panels/delivery.ts';
import {
  arrivalDelay,
  backlog,
  beyondLateness,
  deadLetters,
  decisionLatency,
  freshness,
  insertLag,
  latestDeadLetters,
  latestNotifications,
  notifications,
  tableSizes,
  throughput,
} from '../panels/operations.ts';
import {
  alertsByRule,
  alertsBySeverity,
  amountByOutcome,
  decisionsByHour,
  decisionsByOutcome,
  decisionsTotal,
  latestAlerts,
  openAlerts,
  stoppedByRule,
  stoppedShare,
  subjectsWithAlerts,
} from '../panels/overview.ts';
import type { Panel } from '../panels/panel.ts';
import {
  aging,
  collection,
  creditUse,
  gradeChanges,
  grades,
  invoicedAndPaid,
  overdueCustomers,
  receivablesTotal,
} from '../panels/receivables.ts';
import type { Words } from '../panels/words.ts';

export interface PlacedRow {
  readonly title: Words;
  /** Of each panel, in Grafana’s units: the width is of 24. */
  readonly height: number;
  readonly panels: readonly (readonly [panel: Panel, width: number])[];
}

export interface DashboardPlan {
  readonly id: string;
  readonly title: Words;
  readonly description: Words;
  /** What it shows at first, until now. */
  readonly from: string;
  readonly refresh: string;
  readonly rows: readonly PlacedRow[];
}

const row = (en: string, zh: string, height: number, ...panels: (readonly [Panel, number])[]): PlacedRow => ({
  title: { en, zh },
  height,
  panels,
});

export const DASHBOARDS: readonly DashboardPlan[] = [
  {
    id: 'risk',
    title: { en: 'Risk overview', zh: '风险总览' },
    description: {
      en: 'What passes, what is stopped, what is found.',
      zh: '放行、拦截与发现的总体情况。',
    },
    from: 'now-24h',
    refresh: '30s',
    rows: [
      row('Decisions', '决定', 8, [decisionsTotal, 12], [openAlerts, 6], [stoppedByRule, 6]),
      row('Flow', '流量', 8, [decisionsByOutcome, 12], [amountByOutcome, 12]),
      row('Rates', '占比与时段', 8, [stoppedShare, 12], [decisionsByHour, 12]),
      row('Alerts', '预警', 9, [alertsBySeverity, 12], [alertsByRule, 12]),
      row('Whom to look at', '关注对象', 10, [subjectsWithAlerts, 10], [latestAlerts, 14]),
    ],
  },
  {
    id: 'approvals',
    title: { en: 'Limits and approvals', zh: '限额与审批' },
    description: { en: 'What waits for people, and what limits stop.', zh: '待审批事项与限额拦截。' },
    from: 'now-7d',
    refresh: '30s',
    rows: [
      row('Waiting', '待审', 7, [holdsWaiting, 14], [holdsByExpiry, 10]),
      row('Largest', '金额最大', 9, [largestHolds, 24]),
      row('How holds end', '待审结果', 8, [holdsEnded, 12], [approvalWait, 12]),
      row('People and limits', '人员与限额', 9, [approvers, 12], [limitHits, 12]),
      row('Changes', '变更', 8, [controlChanges, 24]),
    ],
  },
  {
    id: 'aml',
    title: { en: 'Anti-money-laundering', zh: '反洗钱' },
    description: {
      en: 'Suspicions. Not for customers, nor for whoever speaks to them.',
      zh: '可疑情况，不得告知客户及无关人员。',
    },
    from: 'now-30d',
    refresh: '1m',
    rows: [
      row('Open', '未结', 7, [suspicionsOpen, 14], [suspicionAge, 10]),
      row('Patterns', '可疑模式', 9, [suspicionsByRule, 14], [suspicionRules, 10]),
      row('Subjects', '主体', 10, [suspiciousSubjects, 24]),
      row('Reports and borders', '报送与跨境', 9, [largeValues, 12], [borderCorridors, 12]),
    ],
  },
  {
    id: 'receivables',
    title: { en: 'Receivables and credit', zh: '应收与信用' },
    description: { en: 'What is owed, how old it is, who pays how.', zh: '应收账款、账龄与付款情况。' },
    from: 'now-90d',
    refresh: '5m',
    rows: [
      row('Owed', '应收', 7, [receivablesTotal, 14], [collection, 10]),
      row('Age', '账龄', 9, [aging, 12], [invoicedAndPaid, 12]),
      row('Overdue', '逾期', 9, [overdueCustomers, 14], [creditUse, 10]),
      row('Ratings', '评级', 8, [grades, 8], [gradeChanges, 16]),
    ],
  },
  {
    id: 'delivery',
    title: { en: 'Delivery health', zh: '送达状况' },
    description: {
      en: 'Whether what was decided and found reaches those who wait for it.',
      zh: '决定与发现是否及时送达。',
    },
    from: 'now-6h',
    refresh: '30s',
    rows: [
      row('Into ClickHouse', '入库', 8, [freshness, 10], [insertLag, 14]),
      row('Webhooks', '回调推送', 8, [webhookAttempts, 12], [webhookDelay, 12]),
      row('Receivers', '接收端', 8, [webhookHealth, 24]),
      row('Notifications', '通知', 9, [notifications, 10], [latestNotifications, 14]),
    ],
  },
  {
    id: 'pipeline',
    title: { en: 'Pipeline health', zh: '管道状况' },
    description: { en: 'Whether Weir itself keeps up.', zh: 'Weir 自身是否跟得上。' },
    from: 'now-6h',
    refresh: '30s',
    rows: [
      row('Stages', '环节', 8, [throughput, 12], [backlog, 12]),
      row('Time', '时间', 8, [decisionLatency, 10], [arrivalDelay, 9], [beyondLateness, 5]),
      row('Refused', '被拒记录', 9, [deadLetters, 10], [latestDeadLetters, 14]),
      row('Storage', '存储', 9, [tableSizes, 24]),
    ],
  },
];
