/** Words in both languages for values that tables hold as codes. */
import { REFUSALS } from '../../schemas/refusals.ts';

export interface Words {
  readonly en: string;
  readonly zh: string;
}

export type LabelSet = keyof typeof LABELS;

const words = (en: string, zh: string): Words => ({ en, zh });

const STAGES = {
  route: words('Route', '路由'),
  score: words('Judge', '判断'),
  clickhouse: words('ClickHouse', 'ClickHouse'),
  webhook: words('Webhooks', '回调推送'),
} as const;

const TOPICS = {
  transfers: words('Transfers', '转账'),
  customers: words('Customers', '客户'),
  approvals: words('Approvals', '审批'),
  invoices: words('Invoices', '账单'),
  payments: words('Payments', '回款'),
  balances: words('Balances', '余额'),
  'profile-changes': words('Profile changes', '信息调整'),
  activity: words('Activity', '行为'),
  statements: words('Bank statements', '银行流水'),
  control: words('Control', '控制'),
  'alert-actions': words('Steps on alerts', '预警处置'),
  voids: words('Voids', '撤销'),
  journal: words('Journal', '流水日志'),
  decisions: words('Decisions', '决定'),
  alerts: words('Alerts', '预警'),
  'credit-ratings': words('Credit ratings', '信用评级'),
  notifications: words('Notifications', '通知'),
  'dead-letters': words('Dead letters', '死信'),
  'webhook-subscriptions': words('Webhook subscriptions', '回调订阅'),
  'webhook-attempts': words('Webhook attempts', '推送记录'),
  access: words('Keys and users', '密钥与用户'),
  sessions: words('Sessions', '登录会话'),
} as const;

/** Between a stage and the topic that it takes from. */
export const PLACE_JOINT = ' · ';

/** Where records may wait: a stage, or a stage and the topic that it takes from. */
function places(): { readonly [place: string]: Words } {
  const found: [string, Words][] = Object.entries(STAGES);
  for (const [stage, { en, zh }] of Object.entries(STAGES)) {
    for (const [topic, title] of Object.entries(TOPICS)) {
      found.push([`${stage}${PLACE_JOINT}${topic}`, words(en + PLACE_JOINT + title.en, zh + PLACE_JOINT + title.zh)]);
    }
  }
  return Object.fromEntries(found);
}

export const LABELS = {
  outcome: {
    accept: words('Accept', '放行'),
    hold: words('Hold', '待审'),
    reject: words('Reject', '拒绝'),
  },
  severity: {
    info: words('Info', '提示'),
    low: words('Low', '低'),
    medium: words('Medium', '中'),
    high: words('High', '高'),
    critical: words('Critical', '严重'),
  },
  family: {
    limits: words('Limits', '限额'),
    anomaly: words('Anomaly', '异常'),
    aml: words('Anti-money-laundering', '反洗钱'),
    screening: words('Screening', '名单筛查'),
    overdue: words('Overdue', '逾期'),
    credit: words('Credit', '信用'),
    conduct: words('Conduct', '操作行为'),
    reconciliation: words('Reconciliation', '对账'),
    operations: words('Operations', '运维'),
  },
  alertStatus: {
    open: words('Open', '未结'),
    assigned: words('Assigned', '已分派'),
    investigating: words('Investigating', '调查中'),
    reporting: words('Reporting', '待复核报送'),
    closed: words('Closed', '已结'),
  },
  transferStatus: {
    submitted: words('Submitted', '已提交'),
    settled: words('Settled', '已结算'),
    'partially-settled': words('Partially settled', '部分结算'),
    failed: words('Failed', '失败'),
    cancelled: words('Cancelled', '已撤销'),
    returned: words('Returned', '已退回'),
    reversed: words('Reversed', '已冲正'),
  },
  invoiceStatus: {
    open: words('Open', '未付'),
    paid: words('Paid', '已付'),
    cancelled: words('Cancelled', '已取消'),
    disputed: words('Disputed', '有争议'),
  },
  customerKind: { person: words('Person', '个人'), organisation: words('Organisation', '企业') },
  grade: { A: words('A', 'A'), B: words('B', 'B'), C: words('C', 'C'), D: words('D', 'D') },
  stage: STAGES,
  topic: TOPICS,
  place: places(),
  channel: {
    counter: words('Counter', '柜面'),
    web: words('Web', '网银'),
    mobile: words('Mobile', '手机银行'),
    atm: words('ATM', '自助机'),
    card: words('Card', '银行卡'),
    api: words('API', '系统接口'),
  },
  audience: {
    finance: words('Finance', '财务'),
    sales: words('Sales', '销售'),
    customer_service: words('Customer service', '客服'),
    customer: words('Customer', '客户'),
    operations: words('Operations', '运维'),
  },
  refusal: REFUSALS,
  control: {
    settings: words('Settings', '规则设置'),
    'list-part': words('Part of a list', '名单分片'),
    'list-close': words('List in force', '名单生效'),
    rates: words('Exchange rates', '汇率'),
    freeze: words('Freeze', '冻结'),
    unfreeze: words('Unfreeze', '解冻'),
    'rule-switch': words('Rule switched', '规则开关'),
    'stop-payouts': words('Payouts stopped', '暂停出金'),
    tighten: words('Limits tightened', '收紧限额'),
    undo: words('Measure undone', '撤销措施'),
  },
  about: {
    'kind:person': words('All persons', '所有个人客户'),
    'kind:organisation': words('All organisations', '所有企业客户'),
    'grade:A': words('Rated A', '信用评级 A'),
    'grade:B': words('Rated B', '信用评级 B'),
    'grade:C': words('Rated C', '信用评级 C'),
    'grade:D': words('Rated D', '信用评级 D'),
  },
  expiry: {
    overdue: words('Past its end', '已到期'),
    '1h': words('Within an hour', '1 小时内'),
    '4h': words('1 to 4 hours', '1–4 小时'),
    '12h': words('4 to 12 hours', '4–12 小时'),
    later: words('Later', '更晚'),
  },
  age: {
    '0-2': words('0–2 days', '0–2 天'),
    '3-10': words('3–10 days', '3–10 天'),
    '11-30': words('11–30 days', '11–30 天'),
    '31+': words('31 days or more', '31 天以上'),
  },
  aging: {
    current: words('Not due', '未到期'),
    '1-30': words('1–30 days', '1–30 天'),
    '31-60': words('31–60 days', '31–60 天'),
    '61-90': words('61–90 days', '61–90 天'),
    '91-180': words('91–180 days', '91–180 天'),
    '181+': words('181 days or more', '181 天以上'),
  },
} as const satisfies { readonly [set: string]: { readonly [value: string]: Words } };

/** The word for a value; the value itself where there is none, such as a topic of a later build. */
export function labelOf(set: LabelSet, value: string, language: keyof Words): string {
  const known = LABELS[set] as { readonly [value: string]: Words };
  return known[value]?.[language] ?? value;
}
