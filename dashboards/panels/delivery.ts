/** Panels of webhooks (回调推送): whether receivers get what they subscribed to. */
import { halfAndMost, number, type Panel, text, time } from './panel.ts';

export const webhookAttempts: Panel = {
  id: 'webhook-attempts',
  title: { en: 'Webhook attempts', zh: '回调投递' },
  question: { en: 'Do webhooks arrive, or fail?', zh: '回调是送达还是失败？' },
  kind: 'timeseries',
  stacked: true,
  columns: [
    time,
    number('delivered', 'Delivered', '送达'),
    number('failed', 'Failed, tried again', '失败待重试'),
    number('ended', 'Given up', '放弃'),
  ],
  sql: ({ within, step, everyStep }) => `
SELECT
    ${step('at')} AS time,
    countIf(outcome = 'delivered') AS delivered,
    countIf(outcome = 'failed') AS failed,
    countIf(outcome IN ('exhausted', 'gone')) AS ended
FROM webhook_attempts
WHERE ${within('at')}
GROUP BY time
${everyStep}`,
};

export const webhookHealth: Panel = {
  id: 'webhook-health',
  title: { en: 'Receivers', zh: '接收端' },
  question: { en: 'Which receiver is slow, or refuses?', zh: '哪个接收端缓慢或拒收？' },
  kind: 'table',
  columns: [
    text('subscription', 'Subscription', '订阅'),
    number('attempts', 'Attempts', '投递次数'),
    number('delivered_percent', 'Delivered', '送达率', 'percent'),
    number('slow_ms', '95 % within', '95% 在此以内', 'ms', { warning: 2_000, critical: 10_000 }),
    text('last_error', 'Last failure', '最近失败原因'),
    { kind: 'time', name: 'last', title: { en: 'Last attempt', zh: '最近投递' } },
  ],
  sql: ({ within }) => `
SELECT
    subscription_id AS subscription,
    count() AS attempts,
    100 * countIf(outcome = 'delivered') / count() AS delivered_percent,
    round(quantile(0.95)(duration_ms)) AS slow_ms,
    toString(argMaxIf(error, at, error != '')) AS last_error,
    toDateTime(max(w.at)) AS last
FROM webhook_attempts AS w
WHERE ${within('at')}
GROUP BY subscription
ORDER BY delivered_percent, attempts DESC, subscription
LIMIT 50`,
};

export const webhookDelay: Panel = {
  id: 'webhook-delay',
  title: { en: 'From record to receiver', zh: '推送延迟' },
  question: { en: 'How soon do receivers learn of it, first attempts alone?', zh: '接收端多久收到首次推送？' },
  kind: 'timeseries',
  columns: halfAndMost({ warning: 1_000, critical: 10_000 }),
  sql: ({ within, step }) => `
SELECT
    ${step('w.at')} AS time,
    quantile(0.5)(dateDiff('millisecond', w.seen, w.at) + duration_ms) AS half_ms,
    quantile(0.99)(dateDiff('millisecond', w.seen, w.at) + duration_ms) AS most_ms
FROM webhook_attempts AS w
WHERE ${within('w.at')} AND attempt = 1 AND trigger = 'event' AND outcome = 'delivered'
GROUP BY time
ORDER BY time`,
};

export const WEBHOOKS: readonly Panel[] = [webhookAttempts, webhookHealth, webhookDelay];
