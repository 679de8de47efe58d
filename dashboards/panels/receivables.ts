/** Panels of receivables and credit (应收与信用): what is owed, how old it is, and who pays how. */
import { money, number, type Panel, text, time } from './panel.ts';

/** Whole days since the due date; negative where it is not due yet. */
const daysOver = (now: string) => `dateDiff('day', due_on, toDate32(${now}))`;

const OWED = `open_minor > 0 AND status = 'open'`;

export const receivablesTotal: Panel = {
  id: 'receivables-total',
  title: { en: 'Receivables', zh: '应收账款' },
  question: { en: 'How much is owed to us, and how much of it is overdue?', zh: '应收多少？其中逾期多少？' },
  kind: 'stat',
  columns: [
    money('owed', 'Owed', '应收', 'chosen'),
    money('overdue', 'Overdue', '逾期', 'chosen'),
    number('overdue_percent', 'Overdue share', '逾期占比', 'percent', { warning: 10, critical: 25 }),
    number('customers', 'Customers overdue', '逾期客户数'),
  ],
  variables: ['currency'],
  sql: ({ ownCurrency, inZone, now, money: shown }) => `
SELECT
    ${shown('sum(open_minor)', 'chosen')} AS owed,
    ${shown('sumIf(open_minor, late)', 'chosen')} AS overdue,
    if(sum(open_minor) = 0, 0, 100 * sumIf(open_minor, late) / sum(open_minor)) AS overdue_percent,
    uniqExactIf(customer, late) AS customers
FROM (SELECT customer, open_minor, ${daysOver(inZone(now))} > 0 AS late FROM invoice_balances WHERE ${OWED} AND ${ownCurrency('currency')})`,
};

export const aging: Panel = {
  id: 'aging',
  title: { en: 'Aging', zh: '账龄分析' },
  question: { en: 'How old is what is owed?', zh: '应收账款的账龄如何？' },
  kind: 'bars',
  columns: [text('age', 'Days overdue', '逾期天数', { labels: 'aging' }), money('owed', 'Owed', '应收', 'chosen')],
  variables: ['currency'],
  sql: ({ ownCurrency, inZone, now, money: shown }) => `
SELECT
    multiIf(days <= 0, 'current', days <= 30, '1-30', days <= 60, '31-60', days <= 90, '61-90', days <= 180, '91-180', '181+') AS age,
    ${shown('sum(open_minor)', 'chosen')} AS owed
FROM (SELECT open_minor, ${daysOver(inZone(now))} AS days FROM invoice_balances WHERE ${OWED} AND ${ownCurrency('currency')})
GROUP BY age
ORDER BY min(days)`,
};

export const overdueCustomers: Panel = {
  id: 'overdue-customers',
  title: { en: 'Overdue customers', zh: '逾期客户' },
  question: { en: 'Who owes the most that is overdue?', zh: '谁的逾期金额最大？' },
  kind: 'table',
  columns: [
    text('customer', 'Customer', '客户', { link: 'party' }),
    money('overdue', 'Overdue', '逾期', 'chosen'),
    number('days', 'Most days', '最长天数', 'days'),
    number('invoices', 'Invoices', '账单数'),
    text('grade', 'Grade', '评级', { labels: 'grade' }),
  ],
  variables: ['currency'],
  sql: ({ ownCurrency, inZone, now, money: shown }) => `
SELECT b.customer AS customer, b.overdue AS overdue, b.days AS days, b.invoices AS invoices, toString(r.grade) AS grade
FROM
(
    SELECT
        customer,
        ${shown('sum(open_minor)', 'chosen')} AS overdue,
        max(${daysOver(inZone(now))}) AS days,
        count() AS invoices
    FROM invoice_balances
    WHERE ${OWED} AND ${ownCurrency('currency')} AND ${daysOver(inZone(now))} > 0
    GROUP BY customer
    ORDER BY overdue DESC, customer
    LIMIT 20
) AS b
LEFT JOIN (SELECT customer, argMax(ratings.grade, revision) AS grade FROM ratings GROUP BY customer) AS r ON r.customer = b.customer
ORDER BY overdue DESC, customer`,
};

export const invoicedAndPaid: Panel = {
  id: 'invoiced-and-paid',
  title: { en: 'Invoiced and paid', zh: '开票与回款' },
  question: { en: 'Does what comes in keep up with what is invoiced?', zh: '回款是否跟得上开票？' },
  kind: 'timeseries',
  columns: [time, money('invoiced', 'Invoiced', '开票', 'chosen'), money('paid', 'Paid', '回款', 'chosen')],
  variables: ['currency'],
  stepSecondsMin: 86_400,
  sql: ({ within, ownCurrency, step, everyStep, money: shown }) => `
SELECT time, ${shown('sum(invoiced_minor)', 'chosen')} AS invoiced, ${shown('sum(paid_minor)', 'chosen')} AS paid
FROM
(
    SELECT ${step('issued_at')} AS time, amount_minor AS invoiced_minor, 0 AS paid_minor
    FROM (SELECT toDateTime(issued_on) AS issued_at, amount_minor, currency, status FROM invoices FINAL)
    WHERE ${within('issued_at')} AND status != 'cancelled' AND ${ownCurrency('currency')}
    UNION ALL
    SELECT ${step('at')} AS time, 0 AS invoiced_minor, amount_minor AS paid_minor
    FROM payments FINAL
    WHERE ${within('at')} AND status = 'received' AND ${ownCurrency('currency')}
)
GROUP BY time
${everyStep}`,
};

export const collection: Panel = {
  id: 'collection',
  title: { en: 'Speed of collection, last 90 days', zh: '近 90 天回款速度' },
  question: {
    en: 'How long does money take to come in (DSO), and how much of what was collectable came (CEI)?',
    zh: '应收账款周转天数（DSO）与催收有效指数（CEI）如何？',
  },
  kind: 'stat',
  columns: [
    number('dso_days', 'DSO', 'DSO（周转天数）', 'days'),
    number('cei_percent', 'CEI', 'CEI（催收有效指数）', 'percent'),
    number('disputed_percent', 'Disputed', '争议占比', 'percent'),
  ],
  variables: ['currency'],
  // DSO: owed ÷ invoiced in the days, times the days. CEI: what came in of what could have: (owed at the beginning +
  // invoiced − owed now) ÷ (owed at the beginning + invoiced − not yet due), where owed at the beginning is owed now −
  // invoiced + paid.
  sql: ({ ownCurrency, inZone, now }) => `
WITH
    toDate32(${inZone(now)}) AS today,
    (SELECT sum(amount_minor) FROM invoices FINAL WHERE status != 'cancelled' AND ${ownCurrency('currency')} AND issued_on > today - 90 AND issued_on <= today) AS invoiced,
    (SELECT sum(amount_minor) FROM payments FINAL WHERE status = 'received' AND ${ownCurrency('currency')} AND toDate32(at) > today - 90) AS paid,
    greatest(0, owed - invoiced + paid) AS owed_before
SELECT
    if(invoiced = 0, 0, 90 * owed / invoiced) AS dso_days,
    if(owed_before + invoiced <= not_due, 0, least(100, 100 * (owed_before + invoiced - owed) / (owed_before + invoiced - not_due))) AS cei_percent,
    if(owed = 0, 0, 100 * disputed / owed) AS disputed_percent
FROM
(
    SELECT
        sum(open_minor) AS owed,
        sumIf(open_minor, due_on >= toDate32(${inZone(now)})) AS not_due,
        sumIf(open_minor, status = 'disputed') AS disputed
    FROM invoice_balances
    WHERE open_minor > 0 AND ${ownCurrency('currency')}
)`,
};

export const grades: Panel = {
  id: 'grades',
  title: { en: 'Customers by grade', zh: '客户评级分布' },
  question: { en: 'How good are the customers whose rating ever moved?', zh: '评级有过变动的客户质量如何？' },
  kind: 'pie',
  columns: [text('grade', 'Grade', '评级', { labels: 'grade' }), number('customers', 'Customers', '客户数')],
  sql: () => `
SELECT toString(standing) AS grade, count() AS customers
FROM (SELECT customer, argMax(ratings.grade, revision) AS standing FROM ratings GROUP BY customer)
GROUP BY standing
ORDER BY standing`,
};

export const gradeChanges: Panel = {
  id: 'grade-changes',
  title: { en: 'Changes of ratings', zh: '评级变动' },
  question: { en: 'Do customers get better or worse?', zh: '客户信用在变好还是变差？' },
  kind: 'timeseries',
  columns: [time, number('better', 'Better', '上调'), number('worse', 'Worse', '下调')],
  sql: ({ within, step, everyStep }) => `
SELECT ${step('at')} AS time, countIf(grade < previous_grade) AS better, countIf(grade > previous_grade) AS worse
FROM ratings
WHERE ${within('at')}
GROUP BY time
${everyStep}`,
};

export const creditUse: Panel = {
  id: 'credit-use',
  title: { en: 'Use of credit lines', zh: '授信使用' },
  question: { en: 'Who is near the end of the credit line?', zh: '谁的授信额度即将用尽？' },
  kind: 'table',
  columns: [
    text('customer', 'Customer', '客户', { link: 'party' }),
    number('used_percent', 'Used', '使用率', 'percent', { warning: 80, critical: 100 }),
    money('owed', 'Owed, base currency', '应收（本位币）', 'base'),
    text('grade', 'Grade', '评级', { labels: 'grade' }),
    number('scale_percent', 'Limits scaled to', '限额系数', 'percent'),
  ],
  sql: ({ money: shown }) => `
SELECT
    customer,
    argMax(utilisation_percent, revision) AS used_percent,
    ${shown('argMax(open_minor, revision)', 'base')} AS owed,
    toString(argMax(ratings.grade, revision)) AS grade,
    argMax(limit_scale_percent, revision) AS scale_percent
FROM ratings
GROUP BY customer
ORDER BY used_percent DESC, customer
LIMIT 20`,
};

export const RECEIVABLES: readonly Panel[] = [
  receivablesTotal,
  aging,
  overdueCustomers,
  invoicedAndPaid,
  collection,
  grades,
  gradeChanges,
  creditUse,
];
