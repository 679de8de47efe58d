/** Panels of the risk overview (风险总览): what passed, what was stopped, what was found. */
import { money, number, type Panel, text, time } from './panel.ts';

const OUTCOMES = [
  number('accept', 'Accept', '放行'),
  number('hold', 'Hold', '待审'),
  number('reject', 'Reject', '拒绝'),
];

export const decisionsTotal: Panel = {
  id: 'decisions-total',
  title: { en: 'Decisions', zh: '决定' },
  question: {
    en: 'How many transfers were decided, and how many of them were not let through at once?',
    zh: '共决定了多少笔转账？其中多少未直接放行？',
  },
  kind: 'stat',
  columns: [
    number('decisions', 'Decisions', '决定'),
    number('held', 'Held', '待审'),
    number('rejected', 'Rejected', '拒绝'),
    number('stopped_percent', 'Not let through', '未放行占比', 'percent'),
  ],
  variables: ['currency'],
  sql: ({ within, inCurrency }) => `
SELECT
    sum(decisions_by_minute.decisions) AS decisions,
    sumIf(decisions_by_minute.decisions, outcome = 'hold') AS held,
    sumIf(decisions_by_minute.decisions, outcome = 'reject') AS rejected,
    if(decisions = 0, 0, 100 * (held + rejected) / decisions) AS stopped_percent
FROM decisions_by_minute
WHERE ${within('minute')} AND ${inCurrency('currency')}`,
};

export const decisionsByOutcome: Panel = {
  id: 'decisions-by-outcome',
  title: { en: 'Decisions by outcome', zh: '各结果的决定数' },
  question: { en: 'Does traffic run as usual, and what becomes of it?', zh: '流量是否正常？决定结果如何？' },
  kind: 'timeseries',
  stacked: true,
  columns: [time, ...OUTCOMES],
  variables: ['currency'],
  sql: ({ within, inCurrency, step, everyStep }) => `
SELECT
    ${step('minute')} AS time,
    sumIf(decisions, outcome = 'accept') AS accept,
    sumIf(decisions, outcome = 'hold') AS hold,
    sumIf(decisions, outcome = 'reject') AS reject
FROM decisions_by_minute
WHERE ${within('minute')} AND ${inCurrency('currency')}
GROUP BY time
${everyStep}`,
};

export const amountByOutcome: Panel = {
  id: 'amount-by-outcome',
  title: { en: 'Amount by outcome', zh: '各结果的金额' },
  question: { en: 'How much money flows, and how much of it is stopped?', zh: '资金流量多大？其中多少被拦截？' },
  kind: 'timeseries',
  stacked: true,
  columns: [
    time,
    money('accept', 'Accept', '放行', 'chosen'),
    money('hold', 'Hold', '待审', 'chosen'),
    money('reject', 'Reject', '拒绝', 'chosen'),
  ],
  variables: ['currency'],
  sql: (scope) => `
SELECT
    ${scope.step('minute')} AS time,
    ${['accept', 'hold', 'reject']
      .map((outcome) => {
        const sum = `sumIf(${scope.amount('amount_minor', 'base_minor')}, outcome = '${outcome}')`;
        return `${scope.money(sum, 'chosen')} AS ${outcome}`;
      })
      .join(',\n    ')}
FROM decisions_by_minute
WHERE ${scope.within('minute')} AND ${scope.inCurrency('currency')}
GROUP BY time
${scope.everyStep}`,
};

export const stoppedShare: Panel = {
  id: 'stopped-share',
  title: { en: 'Share that was stopped', zh: '拦截占比' },
  question: {
    en: 'Do rules suddenly stop more, or less, than they used to?',
    zh: '拦截比例是否突然升高或降低？',
  },
  kind: 'timeseries',
  columns: [
    time,
    number('held_percent', 'Held', '待审', 'percent', { warning: 5, critical: 20 }),
    number('rejected_percent', 'Rejected', '拒绝', 'percent'),
  ],
  variables: ['currency'],
  sql: ({ within, inCurrency, step, everyStep }) => `
SELECT
    ${step('minute')} AS time,
    100 * sumIf(decisions, outcome = 'hold') / greatest(1, sum(decisions)) AS held_percent,
    100 * sumIf(decisions, outcome = 'reject') / greatest(1, sum(decisions)) AS rejected_percent
FROM decisions_by_minute
WHERE ${within('minute')} AND ${inCurrency('currency')}
GROUP BY time
${everyStep}`,
};

export const stoppedByRule: Panel = {
  id: 'stopped-by-rule',
  title: { en: 'Rules that stopped transfers', zh: '触发拦截的规则' },
  question: { en: 'Which rules stop the most?', zh: '哪些规则拦截最多？' },
  kind: 'bars',
  columns: [text('rule', 'Rule', '规则', { labels: 'rules' }), number('times', 'Transfers', '笔数')],
  variables: ['rule'],
  sql: ({ within, ofRules }) => `
SELECT rule, sum(reasons_by_minute.times) AS times
FROM reasons_by_minute
WHERE ${within('minute')} AND outcome IN ('hold', 'reject') AND rule != '' AND ${ofRules('rule')}
GROUP BY rule
ORDER BY times DESC, rule
LIMIT 15`,
};

export const alertsBySeverity: Panel = {
  id: 'alerts-by-severity',
  title: { en: 'Alerts by severity', zh: '各级别预警数' },
  question: { en: 'Is more being found than usual, and how grave is it?', zh: '预警是否增多？严重程度如何？' },
  kind: 'timeseries',
  stacked: true,
  columns: [
    time,
    number('critical', 'Critical', '严重'),
    number('high', 'High', '高'),
    number('medium', 'Medium', '中'),
    number('low', 'Low', '低'),
    number('info', 'Info', '提示'),
  ],
  variables: ['rule'],
  sql: ({ within, ofRules, step, everyStep }) => `
SELECT
    ${step('minute')} AS time,
    ${['critical', 'high', 'medium', 'low', 'info']
      .map((severity) => `sumIf(alerts, severity = '${severity}') AS ${severity}`)
      .join(',\n    ')}
FROM alerts_by_minute
WHERE ${within('minute')} AND NOT shadow AND ${ofRules('rule')}
GROUP BY time
${everyStep}`,
};

export const alertsByRule: Panel = {
  id: 'alerts-by-rule',
  title: { en: 'Alerts by rule', zh: '各规则预警数' },
  question: { en: 'Which rules ring, and how often on the same case?', zh: '哪些规则在预警？同一案件重复命中多少次？' },
  kind: 'table',
  columns: [
    text('rule', 'Rule', '规则', { labels: 'rules' }),
    number('alerts', 'Alerts', '预警'),
    number('hits', 'Hits', '命中'),
    number('grave', 'High or critical', '高或严重'),
  ],
  variables: ['rule'],
  sql: ({ within, ofRules }) => `
SELECT
    rule,
    sum(alerts_by_minute.alerts) AS alerts,
    sum(alerts_by_minute.hits) AS hits,
    sumIf(alerts_by_minute.alerts, severity IN ('high', 'critical')) AS grave
FROM alerts_by_minute
WHERE ${within('minute')} AND NOT shadow AND ${ofRules('rule')}
GROUP BY rule
ORDER BY alerts DESC, rule
LIMIT 50`,
};

export const openAlerts: Panel = {
  id: 'open-alerts',
  title: { en: 'Open alerts', zh: '未结预警' },
  question: { en: 'What waits for somebody to look at it?', zh: '哪些预警等待处理？' },
  kind: 'pie',
  columns: [text('severity', 'Severity', '级别', { labels: 'severity' }), number('alerts', 'Alerts', '预警')],
  variables: ['rule'],
  sql: ({ ofRules }) => `
SELECT toString(worst) AS severity, count() AS alerts
FROM
(
    SELECT
        alert_id,
        argMax(a.standing.severity, a.standing.revision) AS worst,
        argMax(a.standing.status, a.standing.revision) AS last_status
    FROM alert_standings AS a
    WHERE NOT shadow AND ${ofRules('rule')}
    GROUP BY alert_id
)
WHERE last_status != 'closed'
GROUP BY worst
ORDER BY worst DESC
SETTINGS optimize_aggregation_in_order = 1`,
};

export const subjectsWithAlerts: Panel = {
  id: 'subjects-with-alerts',
  title: { en: 'Who has the most alerts', zh: '预警最多的主体' },
  question: { en: 'On whom do several rules agree?', zh: '哪些主体被多条规则同时命中？' },
  kind: 'table',
  columns: [
    text('subject', 'Subject', '主体', { link: 'party' }),
    number('rules', 'Rules', '规则数'),
    number('alerts', 'Alerts', '预警'),
    text('severity', 'Worst', '最高级别', { labels: 'severity' }),
    { kind: 'time', name: 'last', title: { en: 'Last hit', zh: '最近命中' } },
  ],
  variables: ['rule'],
  sql: ({ within, ofRules }) => `
SELECT
    subject,
    uniqExact(rule) AS rules,
    uniqExact(alert_id) AS alerts,
    toString(max(a.severity)) AS severity,
    toDateTime(max(a.at)) AS last
FROM alerts AS a
WHERE ${within('at')} AND NOT shadow AND ${ofRules('rule')}
GROUP BY subject
ORDER BY rules DESC, alerts DESC, subject
LIMIT 20`,
};

export const latestAlerts: Panel = {
  id: 'latest-alerts',
  title: { en: 'Latest alerts', zh: '最新预警' },
  question: { en: 'What was found just now?', zh: '刚刚发现了什么？' },
  kind: 'table',
  columns: [
    { kind: 'time', name: 'at', title: { en: 'Time', zh: '时间' } },
    text('severity', 'Severity', '级别', { labels: 'severity' }),
    text('rule', 'Rule', '规则', { labels: 'rules' }),
    text('subject', 'Subject', '主体', { link: 'party' }),
    text('reason', 'Reason', '理由'),
    text('alert', 'Alert', '预警', { link: 'alert' }),
  ],
  variables: ['rule'],
  sql: ({ within, ofRules, words }) => `
SELECT at, toString(severity) AS severity, rule, subject, ${words('en', 'zh')} AS reason, alert_id AS alert
FROM alerts
WHERE (alert_id, revision) IN
(
    SELECT alert_id, revision
    FROM alerts
    WHERE ${within('at')} AND NOT shadow AND ${ofRules('rule')}
    ORDER BY seen DESC, alert_id, revision
    LIMIT 20
)
ORDER BY seen DESC, alert, revision`,
};

export const decisionsByHour: Panel = {
  id: 'decisions-by-hour',
  title: { en: 'Hour of the day', zh: '时段分布' },
  question: {
    en: 'At what hours is paid, and is anything paid at strange ones?',
    zh: '付款集中在哪些时段？是否有异常时段？',
  },
  kind: 'heatmap',
  columns: [time, text('hour', 'Hour', '小时'), number('decisions', 'Transfers', '笔数')],
  variables: ['currency'],
  stepSecondsMin: 86_400,
  sql: ({ within, inCurrency, inZone }) => `
SELECT
    toStartOfDay(${inZone('minute')}) AS time,
    leftPad(toString(toHour(${inZone('minute')})), 2, '0') AS hour,
    sum(decisions_by_minute.decisions) AS decisions
FROM decisions_by_minute
WHERE ${within('minute')} AND ${inCurrency('currency')}
GROUP BY time, hour
ORDER BY time, hour`,
};

export const OVERVIEW: readonly Panel[] = [
  decisionsTotal,
  decisionsByOutcome,
  amountByOutcome,
  stoppedShare,
  stoppedByRule,
  alertsBySeverity,
  alertsByRule,
  openAlerts,
  subjectsWithAlerts,
  latestAlerts,
  decisionsByHour,
];
