/** Panels of the pipeline and of delivery (管道与送达): whether Weir itself keeps up. */
import { halfAndMost, number, type Panel, text, time } from './panel.ts';
import { PLACE_JOINT } from './words.ts';

const stageAndTopic = `if(topic = '', toString(stage), concat(stage, '${PLACE_JOINT}', topic))`;
/** Tables hold codes as Avro does; people meet them with hyphens. */
const REFUSAL = `replaceAll(dead_letters.refusal, '_', '-')`;

/** From a table that counts by buckets, four of them to each doubling. */
function halfAndMostOf(table: string): Panel['sql'] {
  return ({ within, step }) => `
SELECT
    ${step('minute')} AS time,
    quantileExactWeighted(0.5)(exp2(bucket / 4) - 1, times) AS half_ms,
    quantileExactWeighted(0.99)(exp2(bucket / 4) - 1, times) AS most_ms
FROM ${table}
WHERE ${within('minute')}
GROUP BY time
ORDER BY time`;
}

export const throughput: Panel = {
  id: 'throughput',
  title: { en: 'Records handled', zh: '处理速率' },
  question: { en: 'Does every stage work?', zh: '各环节是否在工作？' },
  kind: 'timeseries',
  columns: [time, text('stage', 'Stage', '环节', { labels: 'stage' }), number('rate', 'Records', '记录', 'per-second')],
  sql: ({ within, step }) => `
SELECT ${step('minute')} AS time, toString(stage) AS stage, 1000 * sum(records) / greatest(1, sum(interval_ms)) AS rate
FROM pipeline_by_minute
WHERE ${within('minute')} AND (topic = '' OR topic IN ('journal', 'decisions'))
GROUP BY time, stage
ORDER BY time, stage`,
};

export const backlog: Panel = {
  id: 'backlog',
  title: { en: 'Backlog', zh: '积压' },
  question: { en: 'Does anything pile up?', zh: '是否有积压？' },
  kind: 'timeseries',
  columns: [
    time,
    text('place', 'Stage and topic', '环节与主题', { labels: 'place' }),
    number('records', 'Records', '记录', 'count', { warning: 10_000, critical: 100_000 }),
  ],
  sql: ({ within, step }) => `
SELECT ${step('minute')} AS time, ${stageAndTopic} AS place, max(lag_records) AS records
FROM pipeline_by_minute
WHERE ${within('minute')}
GROUP BY time, place
ORDER BY time, place`,
};

export const arrivalDelay: Panel = {
  id: 'arrival-delay',
  title: { en: 'From event to Weir', zh: '事件到达延迟' },
  question: { en: 'How old are transfers when upstream tells of them?', zh: '上游送达时交易已过去多久？' },
  kind: 'timeseries',
  columns: halfAndMost(),
  sql: halfAndMostOf('delays_by_minute'),
};

export const decisionLatency: Panel = {
  id: 'decision-latency',
  title: { en: 'Time to a decision', zh: '决定用时' },
  question: {
    en: 'How long does an event take from its storage until its decision can be read?',
    zh: '事件从写入到决定可读需要多久？',
  },
  kind: 'timeseries',
  columns: halfAndMost({ warning: 1_000, critical: 10_000 }),
  sql: halfAndMostOf('latencies_by_minute'),
};

export const beyondLateness: Panel = {
  id: 'beyond-lateness',
  title: { en: 'Beyond lateness', zh: '超出迟到容限' },
  question: { en: 'How much came too late to be seen by windows?', zh: '有多少因过迟未计入窗口？' },
  kind: 'stat',
  columns: [
    number('beyond', 'Transfers', '笔数', 'count', { warning: 1, critical: 100 }),
    number('beyond_percent', 'Share', '占比', 'percent'),
  ],
  sql: ({ within }) => `
SELECT
    sum(delays_by_minute.beyond) AS beyond,
    if(sum(times) = 0, 0, 100 * beyond / sum(times)) AS beyond_percent
FROM delays_by_minute
WHERE ${within('minute')}`,
};

export const deadLetters: Panel = {
  id: 'dead-letters',
  title: { en: 'Dead letters', zh: '死信' },
  question: { en: 'What is refused after it was taken, and why?', zh: '哪些记录接收后被拒？原因是什么？' },
  kind: 'timeseries',
  stacked: true,
  columns: [
    time,
    text('refusal', 'Reason', '原因', { labels: 'refusal' }),
    number('times', 'Records', '记录', 'count', { warning: 1, critical: 1_000 }),
  ],
  sql: ({ within, step }) => `
SELECT ${step('seen')} AS time, ${REFUSAL} AS refusal, count() AS times
FROM dead_letters
WHERE ${within('seen')}
GROUP BY time, refusal
ORDER BY time, refusal`,
};

export const latestDeadLetters: Panel = {
  id: 'latest-dead-letters',
  title: { en: 'Latest dead letters', zh: '最新死信' },
  question: { en: 'Which records must upstream mend?', zh: '上游需要修正哪些记录？' },
  kind: 'table',
  columns: [
    { kind: 'time', name: 'seen', title: { en: 'Time', zh: '时间' } },
    text('topic', 'Topic', '主题', { labels: 'topic' }),
    text('refusal', 'Reason', '原因', { labels: 'refusal' }),
    text('detail', 'Detail', '说明'),
    text('event', 'Event', '事件'),
  ],
  sql: ({ within }) => `
SELECT seen, toString(topic) AS topic, ${REFUSAL} AS refusal, detail, event_id AS event
FROM dead_letters
WHERE ${within('seen')}
ORDER BY seen DESC, partition, offset
LIMIT 20`,
};

export const tableSizes: Panel = {
  id: 'table-sizes',
  title: { en: 'Tables', zh: '数据表' },
  question: { en: 'What does ClickHouse hold, and how large is it?', zh: 'ClickHouse 存了什么？占多大？' },
  kind: 'table',
  columns: [
    text('table', 'Table', '表'),
    number('held', 'Rows', '行数'),
    number('size', 'Size', '大小', 'bytes'),
    number('parts', 'Parts', '分片数', 'count', { warning: 150, critical: 300 }),
  ],
  sql: () => `
SELECT table, sum(rows) AS held, sum(bytes_on_disk) AS size, count() AS parts
FROM system.parts
WHERE active AND database = currentDatabase()
GROUP BY table
ORDER BY size DESC, table
LIMIT 30`,
};

export const insertLag: Panel = {
  id: 'insert-lag',
  title: { en: 'Until rows can be queried', zh: '入库延迟' },
  question: { en: 'How far are these charts behind?', zh: '图表数据滞后多少？' },
  kind: 'timeseries',
  columns: [
    time,
    text('topic', 'Topic', '主题', { labels: 'topic' }),
    number('lag_ms', 'Lag', '延迟', 'ms', { warning: 5_000, critical: 60_000 }),
  ],
  sql: ({ within, step }) => `
SELECT ${step('minute')} AS time, toString(topic) AS topic, max(pipeline_by_minute.lag_ms) AS lag_ms
FROM pipeline_by_minute
WHERE ${within('minute')} AND stage = 'clickhouse' AND pipeline_by_minute.lag_ms IS NOT NULL
GROUP BY time, topic
ORDER BY time, topic`,
};

export const freshness: Panel = {
  id: 'freshness',
  title: { en: 'Age of the latest', zh: '数据新鲜度' },
  question: { en: 'When did the last of each arrive?', zh: '各类输出最近一次到达是多久之前？' },
  kind: 'stat',
  columns: [
    number('decision_seconds', 'Decision', '决定', 'seconds', { warning: 300, critical: 3_600 }),
    number('alert_seconds', 'Alert', '预警', 'seconds'),
    number('sample_seconds', 'Sample of the pipeline', '管道采样', 'seconds', { warning: 60, critical: 600 }),
  ],
  // The last decision is among those that were written last; all others need not be looked through for it.
  sql: ({ now }) => `
SELECT
    (
        SELECT if(count() = 0, 0, greatest(0, dateDiff('second', max(seen), ${now})))
        FROM decisions
        WHERE logged >= (SELECT max(logged) FROM decisions) - INTERVAL 10 MINUTE
    ) AS decision_seconds,
    (SELECT if(count() = 0, 0, greatest(0, dateDiff('second', max(seen), ${now}))) FROM alerts) AS alert_seconds,
    (SELECT if(count() = 0, 0, greatest(0, dateDiff('second', max(sampled), ${now}))) FROM pipeline) AS sample_seconds`,
};

export const notifications: Panel = {
  id: 'notifications',
  title: { en: 'Notifications by audience', zh: '各对象通知数' },
  question: { en: 'Who is told how much?', zh: '各对象收到多少通知？' },
  kind: 'timeseries',
  stacked: true,
  columns: [
    time,
    text('audience', 'Audience', '对象', { labels: 'audience' }),
    number('notifications', 'Notifications', '通知'),
  ],
  sql: ({ within, step }) => `
SELECT ${step('at')} AS time, toString(audience) AS audience, count() AS notifications
FROM notifications
WHERE ${within('at')}
GROUP BY time, audience
ORDER BY time, audience`,
};

export const latestNotifications: Panel = {
  id: 'latest-notifications',
  title: { en: 'Latest notifications', zh: '最新通知' },
  question: { en: 'What was said last, and about whom?', zh: '最近通知了什么？关于谁？' },
  kind: 'table',
  columns: [
    { kind: 'time', name: 'at', title: { en: 'Time', zh: '时间' } },
    text('audience', 'Audience', '对象', { labels: 'audience' }),
    text('party', 'About', '客户', { link: 'party' }),
    text('words', 'Text', '内容'),
  ],
  sql: ({ within, words }) => `
SELECT at, toString(audience) AS audience, party, ${words('en', 'zh')} AS words
FROM notifications
WHERE ${within('at')}
ORDER BY seen DESC, notification_id
LIMIT 20`,
};

export const PIPELINE: readonly Panel[] = [
  throughput,
  backlog,
  decisionLatency,
  arrivalDelay,
  beyondLateness,
  deadLetters,
  latestDeadLetters,
  tableSizes,
];

export const DELIVERY: readonly Panel[] = [insertLag, freshness, notifications, latestNotifications];
