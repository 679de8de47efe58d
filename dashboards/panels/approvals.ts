/** Panels of limits and approvals (限额与审批): what waits for a person, how holds end, and what limits stop. */
import { money, number, type Panel, text, time } from './panel.ts';

/** How a hold ended, and what says so in its last revision; each ended in one way. */
const ENDS = [
  ['approved', 'Approved', '批准', `outcome = 'accept' AND has(reasons.code, 'approved')`],
  ['denied', 'Denied', '驳回', `outcome = 'reject' AND has(reasons.code, 'denied')`],
  ['expired', 'Expired', '过期', `outcome = 'reject' AND has(reasons.code, 'expired')`],
  [
    'stopped',
    'Stopped at release',
    '放行时拦截',
    `outcome = 'reject' AND NOT hasAny(reasons.code, ['denied', 'expired'])`,
  ],
  [
    'elsewhere',
    'Ended or amended upstream',
    '上游结束或变更',
    `outcome != 'reject' AND NOT has(reasons.code, 'approved')`,
  ],
] as const;

const ENDED = `outcome != 'hold' OR expires_at IS NULL`;

export const holdsWaiting: Panel = {
  id: 'holds-waiting',
  title: { en: 'Waiting for approval', zh: '待审批' },
  question: { en: 'How much waits for a person, and for how long still?', zh: '有多少待审？最早何时到期？' },
  kind: 'stat',
  columns: [
    number('waiting', 'Transfers', '笔数'),
    money('base_minor', 'Amount, base currency', '本位币金额', 'base'),
    number('oldest_minutes', 'Longest wait', '最长等待', 'minutes', { warning: 60, critical: 240 }),
    number('soonest_minutes', 'First expires in', '最早到期', 'minutes'),
  ],
  sql: ({ money: shown, now }) => `
SELECT
    count() AS waiting,
    ${shown('sum(h.base_minor)', 'base')} AS base_minor,
    if(count() = 0, 0, greatest(0, dateDiff('minute', min(h.at), ${now}))) AS oldest_minutes,
    if(count() = 0, 0, greatest(0, dateDiff('minute', ${now}, min(assumeNotNull(h.expires_at))))) AS soonest_minutes
FROM holds_open AS h`,
};

export const holdsByExpiry: Panel = {
  id: 'holds-by-expiry',
  title: { en: 'Waiting, by time left', zh: '待审剩余时间' },
  question: { en: 'What will be rejected soon if nobody looks?', zh: '哪些若无人处理将很快被拒绝？' },
  kind: 'bars',
  columns: [text('left', 'Time left', '剩余时间', { labels: 'expiry' }), number('waiting', 'Transfers', '笔数')],
  sql: ({ now }) => `
SELECT
    multiIf(minutes < 0, 'overdue', minutes < 60, '1h', minutes < 240, '4h', minutes < 720, '12h', 'later') AS left,
    count() AS waiting
FROM (SELECT dateDiff('minute', ${now}, assumeNotNull(expires_at)) AS minutes FROM holds_open)
GROUP BY left
ORDER BY min(minutes)`,
};

export const holdsEnded: Panel = {
  id: 'holds-ended',
  title: { en: 'How holds ended', zh: '待审结果' },
  question: { en: 'Do people decide, or do holds run out?', zh: '待审是由人决定，还是任其过期？' },
  kind: 'timeseries',
  stacked: true,
  columns: [time, ...ENDS.map(([name, en, zh]) => number(name, en, zh))],
  sql: ({ within, step, everyStep }) => `
SELECT
    ${step('seen')} AS time,
    ${ENDS.map(([name, , , is]) => `countIf(${is}) AS ${name}`).join(',\n    ')}
FROM holds FINAL
WHERE ${within('seen')} AND (${ENDED})
GROUP BY time
${everyStep}`,
};

export const approvalWait: Panel = {
  id: 'approval-wait',
  title: { en: 'Wait for a person’s word', zh: '审批等待时间' },
  question: { en: 'How long do customers wait for an approval?', zh: '客户等待审批多久？' },
  kind: 'timeseries',
  columns: [
    time,
    number('half_minutes', 'Half within', '一半在此以内', 'minutes'),
    number('most_minutes', '90 % within', '90% 在此以内', 'minutes', { warning: 60, critical: 240 }),
  ],
  sql: ({ within, step }) => `
SELECT
    ${step('seen')} AS time,
    quantile(0.5)(dateDiff('minute', h.at, h.seen)) AS half_minutes,
    quantile(0.9)(dateDiff('minute', h.at, h.seen)) AS most_minutes
FROM holds AS h FINAL
WHERE ${within('seen')} AND by IS NOT NULL AND by != '' AND outcome != 'hold'
GROUP BY time
ORDER BY time`,
};

export const approvers: Panel = {
  id: 'approvers',
  title: { en: 'Who decides', zh: '审批人' },
  question: {
    en: 'Who had the last word, how often, how fast, and on how much?',
    zh: '谁作最终审批？次数、速度与金额如何？',
  },
  kind: 'table',
  columns: [
    text('person', 'Person', '审批人'),
    number('approved', 'Approved', '批准'),
    number('denied', 'Denied', '驳回'),
    number('half_minutes', 'Half within', '一半在此以内', 'minutes'),
    money('base_minor', 'Approved, base currency', '批准金额（本位币）', 'base'),
  ],
  sql: ({ within, money: shown }) => `
SELECT
    by AS person,
    countIf(outcome = 'accept') AS approved,
    countIf(outcome = 'reject') AS denied,
    round(quantile(0.5)(dateDiff('minute', h.at, h.seen))) AS half_minutes,
    ${shown("sumIf(h.base_minor, outcome = 'accept')", 'base')} AS base_minor
FROM holds AS h FINAL
WHERE ${within('seen')} AND by != '' AND outcome != 'hold'
GROUP BY person
ORDER BY approved + denied DESC, person
LIMIT 50`,
};

export const largestHolds: Panel = {
  id: 'largest-holds',
  title: { en: 'Largest that wait', zh: '金额最大的待审' },
  question: { en: 'Which holds matter most?', zh: '哪些待审最重要？' },
  kind: 'table',
  columns: [
    { kind: 'time', name: 'at', title: { en: 'Time', zh: '时间' } },
    text('transfer', 'Transfer', '转账', { link: 'transfer' }),
    text('payer', 'Payer', '付款人', { link: 'party' }),
    text('payee', 'Payee', '收款人', { link: 'party' }),
    text('currency', 'Currency', '币种'),
    money('amount', 'Amount', '金额', 'row'),
    number('missing', 'Approvals missing', '尚缺审批'),
    { kind: 'time', name: 'expires', title: { en: 'Expires', zh: '到期' } },
  ],
  sql: ({ money: shown }) => `
SELECT
    at, transfer_id AS transfer, debtor AS payer, creditor AS payee, currency,
    ${shown('amount_minor', 'row')} AS amount,
    approvals_required - approvals_given AS missing,
    assumeNotNull(expires_at) AS expires
FROM holds_open
ORDER BY base_minor DESC, transfer
LIMIT 20`,
};

export const limitHits: Panel = {
  id: 'limit-hits',
  title: { en: 'Limits that were hit', zh: '触及限额' },
  question: { en: 'Which limits bind, and when?', zh: '哪些限额被触及？何时？' },
  kind: 'timeseries',
  stacked: true,
  columns: [time, text('rule', 'Rule', '规则', { labels: 'rules' }), number('times', 'Transfers', '笔数')],
  variables: ['rule'],
  sql: ({ within, ofRules, step }) => `
SELECT ${step('minute')} AS time, rule, sum(reasons_by_minute.times) AS times
FROM reasons_by_minute
WHERE ${within('minute')} AND code IN ('limit', 'approval') AND rule != '' AND ${ofRules('rule')}
GROUP BY time, rule
ORDER BY time, rule`,
};

/** Measures are named after their kind. */
const FREEZES = `kind IN ('freeze', 'unfreeze')
        OR (kind = 'undo' AND NOT match(JSONExtractString(body, 'measure'), '^(stop-payouts|tighten)-'))`;

export const controlChanges: Panel = {
  id: 'control-changes',
  title: { en: 'Changes of settings, freezes and lists', zh: '设置、冻结与名单变更' },
  question: { en: 'Who changed what judges?', zh: '谁改变了判断依据？' },
  kind: 'table',
  columns: [
    { kind: 'time', name: 'at', title: { en: 'Time', zh: '时间' } },
    text('kind', 'Change', '变更', { labels: 'control' }),
    text('about', 'About', '对象', { labels: 'about' }),
    text('person', 'Person', '操作人'),
    text('reason', 'Reason', '原因'),
  ],
  // Who is frozen is for those alone who may see restricted alerts, and so is whose freeze was undone.
  sql: ({ within, unlessRestricted }) => `
SELECT
    at,
    JSONExtractString(body, 'kind') AS kind,
    concat(
        JSONExtractString(body, 'party'), JSONExtractString(body, 'rule'), JSONExtractString(body, 'list'),
        JSONExtractString(body, 'segment'), JSONExtractString(body, 'measure')) AS about,
    JSONExtractString(body, 'by') AS person,
    JSONExtractString(body, 'reason') AS reason
FROM events
WHERE topic = 'control' AND ${within('at')} AND kind != 'list-part'
    AND ${unlessRestricted(FREEZES)}
ORDER BY at DESC
LIMIT 50`,
};

export const APPROVALS: readonly Panel[] = [
  holdsWaiting,
  holdsByExpiry,
  holdsEnded,
  approvalWait,
  approvers,
  largestHolds,
  limitHits,
  controlChanges,
];
