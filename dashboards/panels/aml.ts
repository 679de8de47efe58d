/** Panels of anti-money-laundering (反洗钱). For whoever may see suspicion: no customer may learn of it. */
import { money, number, type Panel, text, time } from './panel.ts';

const SUSPICION = `family IN ('aml', 'screening')`;

/** Alerts of these families as they stand. */
const STANDING = `
    SELECT
        alert_id,
        any(a.subject) AS subject,
        min(a.opened_at) AS opened,
        argMax(a.standing.severity, a.standing.revision) AS worst,
        argMax(a.standing.status, a.standing.revision) AS last_status
    FROM alert_standings AS a
    WHERE NOT shadow AND ${SUSPICION}
    GROUP BY alert_id`;

export const suspicionsOpen: Panel = {
  id: 'suspicions-open',
  title: { en: 'Open suspicions', zh: '未结可疑预警' },
  question: { en: 'How much must compliance look at?', zh: '合规需要处理多少？' },
  kind: 'stat',
  columns: [
    number('open', 'Open', '未结'),
    number('grave', 'High or critical', '高或严重'),
    number('subjects', 'Subjects', '主体数'),
    number('oldest_days', 'Oldest', '最久', 'days'),
  ],
  sql: ({ now }) => `
SELECT
    count() AS open,
    countIf(worst IN ('high', 'critical')) AS grave,
    uniqExact(subject) AS subjects,
    if(count() = 0, 0, dateDiff('day', min(opened), ${now})) AS oldest_days
FROM (${STANDING}
)
WHERE last_status != 'closed'
SETTINGS optimize_aggregation_in_order = 1`,
};

export const suspicionsByRule: Panel = {
  id: 'suspicions-by-rule',
  title: { en: 'Suspicions by rule', zh: '各规则可疑预警' },
  question: { en: 'Which patterns show up, and since when?', zh: '出现了哪些可疑模式？从何时开始？' },
  kind: 'timeseries',
  stacked: true,
  columns: [time, text('rule', 'Rule', '规则', { labels: 'rules' }), number('alerts', 'Alerts', '预警')],
  variables: ['rule'],
  sql: ({ within, ofRules, step }) => `
SELECT ${step('minute')} AS time, rule, sum(alerts_by_minute.alerts) AS alerts
FROM alerts_by_minute
WHERE ${within('minute')} AND NOT shadow AND ${ofRules('rule')}
    AND rule IN (SELECT rule FROM alerts WHERE ${SUSPICION})
GROUP BY time, rule
HAVING alerts > 0
ORDER BY time, rule`,
};

export const suspicionRules: Panel = {
  id: 'suspicion-rules',
  title: { en: 'Patterns found', zh: '可疑模式' },
  question: {
    en: 'How often, on how many subjects, and how late was each found?',
    zh: '各模式命中多少次、多少主体、多少是迟到触发？',
  },
  kind: 'table',
  columns: [
    text('rule', 'Rule', '规则', { labels: 'rules' }),
    number('alerts', 'Alerts', '预警'),
    number('subjects', 'Subjects', '主体数'),
    number('hits', 'Hits', '命中'),
    number('late_percent', 'Found late', '迟到触发占比', 'percent'),
  ],
  variables: ['rule'],
  sql: ({ within, ofRules }) => `
SELECT
    rule,
    uniqExact(alert_id) AS alerts,
    uniqExact(subject) AS subjects,
    count() AS hits,
    100 * countIf(late) / count() AS late_percent
FROM alerts
WHERE ${within('at')} AND NOT shadow AND is_hit AND ${SUSPICION} AND ${ofRules('rule')}
GROUP BY rule
ORDER BY alerts DESC, rule`,
};

export const suspicionAge: Panel = {
  id: 'suspicion-age',
  title: { en: 'Open suspicions by age', zh: '未结可疑预警账龄' },
  question: { en: 'Is anything left lying?', zh: '是否有积压未处理？' },
  kind: 'bars',
  columns: [text('age', 'Age', '账龄', { labels: 'age' }), number('alerts', 'Alerts', '预警')],
  sql: ({ now }) => `
SELECT multiIf(days <= 2, '0-2', days <= 10, '3-10', days <= 30, '11-30', '31+') AS age, count() AS alerts
FROM (SELECT dateDiff('day', opened, ${now}) AS days FROM (${STANDING}
) WHERE last_status != 'closed')
GROUP BY age
ORDER BY min(days)
SETTINGS optimize_aggregation_in_order = 1`,
};

export const suspiciousSubjects: Panel = {
  id: 'suspicious-subjects',
  title: { en: 'Several patterns on one subject', zh: '多模式命中的主体' },
  question: { en: 'On whom do patterns coincide?', zh: '哪些主体同时命中多种模式？' },
  kind: 'table',
  columns: [
    text('subject', 'Subject', '主体', { link: 'party' }),
    number('patterns', 'Rules', '规则数'),
    text('which', 'Which', '规则'),
    number('alerts', 'Alerts', '预警'),
    text('severity', 'Worst', '最高级别', { labels: 'severity' }),
  ],
  sql: ({ within }) => `
SELECT
    subject,
    uniqExact(rule) AS patterns,
    arrayStringConcat(arraySort(groupUniqArray(rule)), ', ') AS which,
    uniqExact(alert_id) AS alerts,
    toString(max(a.severity)) AS severity
FROM alerts AS a
WHERE ${within('at')} AND NOT shadow AND ${SUSPICION}
GROUP BY subject
ORDER BY patterns DESC, alerts DESC, subject
LIMIT 20`,
};

export const largeValues: Panel = {
  id: 'large-values',
  title: { en: 'Large-value transactions', zh: '大额交易' },
  question: { en: 'How many large-value reports will be due?', zh: '需要报送多少大额交易？' },
  kind: 'timeseries',
  columns: [time, number('alerts', 'Subjects and days', '主体日数'), number('hits', 'Transfers', '笔数')],
  stacked: false,
  sql: ({ within, step, everyStep }) => `
SELECT ${step('minute')} AS time, sum(alerts_by_minute.alerts) AS alerts, sum(alerts_by_minute.hits) AS hits
FROM alerts_by_minute
WHERE ${within('minute')} AND rule = 'large-value' AND NOT shadow
GROUP BY time
${everyStep}`,
};

export const borderCorridors: Panel = {
  id: 'border-corridors',
  title: { en: 'Across borders', zh: '跨境流向' },
  question: { en: 'Between which countries does money move?', zh: '资金在哪些国家之间流动？' },
  kind: 'table',
  columns: [
    text('payer_country', 'From', '付款国'),
    text('payee_country', 'To', '收款国'),
    text('currency', 'Currency', '币种'),
    number('transfers', 'Transfers', '笔数'),
    money('amount', 'Amount', '金额', 'row'),
  ],
  variables: ['currency'],
  stepSecondsMin: 3_600,
  sql: ({ within, inCurrency, money: shown }) => `
SELECT
    payer_country, payee_country, currency,
    sum(border_flow_by_hour.transfers) AS transfers,
    ${shown('sum(border_flow_by_hour.amount_minor)', 'row')} AS amount
FROM border_flow_by_hour
WHERE ${within('hour')} AND ${inCurrency('currency')}
GROUP BY payer_country, payee_country, currency
ORDER BY transfers DESC, payer_country, payee_country, currency
LIMIT 30`,
};

/** What is suspected, and of whom: for compliance alone. */
export const AML: readonly Panel[] = [
  suspicionsOpen,
  suspicionsByRule,
  suspicionRules,
  suspicionAge,
  suspiciousSubjects,
  largeValues,
  borderCorridors,
].map((panel) => ({ ...panel, restricted: true }));
