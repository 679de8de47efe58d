-- What pages and charts read, so that they touch few rows however many there are.

-- Samples of the pipeline by minute: a chart over a month would read millions of them. A sample that is counted twice
-- changes neither the greatest nor the rate, which is a sum over a sum.
CREATE TABLE IF NOT EXISTS pipeline_by_minute
(
    minute           DateTime('UTC')          COMMENT 'Minute of the samples · 分钟',
    stage            LowCardinality(String)   COMMENT 'Stage, such as route, score, clickhouse · 环节',
    topic            LowCardinality(String)   COMMENT 'Topic that the stage reads; empty where it is all · 主题',
    lag_records      SimpleAggregateFunction(max, UInt64) COMMENT 'Most records still to read · 最大积压记录数',
    lag_ms           SimpleAggregateFunction(max, Nullable(UInt64)) COMMENT 'Greatest age of the oldest record still to read, ms; NULL where the stage does not know · 最大积压时长（毫秒）',
    records          SimpleAggregateFunction(sum, UInt64) COMMENT 'Records handled · 处理记录数',
    interval_ms      SimpleAggregateFunction(sum, UInt64) COMMENT 'Time in which they were, ms · 所用时间（毫秒）'
)
ENGINE = AggregatingMergeTree
ORDER BY (minute, stage, topic)
TTL minute + INTERVAL 30 DAY
COMMENT 'Health of the pipeline by minute, stage and topic · 每分钟管道健康状况';

CREATE MATERIALIZED VIEW IF NOT EXISTS pipeline_by_minute_from_pipeline TO pipeline_by_minute AS
SELECT
    toStartOfMinute(toDateTime(sampled, 'UTC')) AS minute,
    stage,
    topic,
    max(pipeline.lag_records) AS lag_records,
    max(pipeline.lag_ms) AS lag_ms,
    sum(pipeline.records) AS records,
    sum(pipeline.interval_ms) AS interval_ms
FROM pipeline
GROUP BY minute, stage, topic;

INSERT INTO pipeline_by_minute
SELECT
    toStartOfMinute(toDateTime(sampled, 'UTC')) AS minute,
    stage,
    topic,
    max(pipeline.lag_records) AS lag_records,
    max(pipeline.lag_ms) AS lag_ms,
    sum(pipeline.records) AS records,
    sum(pipeline.interval_ms) AS interval_ms
FROM pipeline
GROUP BY minute, stage, topic;

-- Which transfers were rejected: who sums up the money of a party looks for few of them here, and not among all decisions. A
-- rejection that is none any more, because the transfer was amended, is here by its last revision. What settled all the
-- same, failed or was cancelled after it is told by the status of the transfer.
CREATE TABLE IF NOT EXISTS rejections
(
    transfer_id      String                   COMMENT 'The transfer · 转账编号',
    revision         UInt32                   COMMENT 'Revision of the decision · 修订号',
    outcome          Enum8('accept' = 0, 'hold' = 1, 'reject' = 2) COMMENT 'What it then said · 决定'
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY transfer_id
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Decisions that reject, or amended one that may have; read by the greatest revision · 拒绝决定';

CREATE MATERIALIZED VIEW IF NOT EXISTS rejections_from_decisions TO rejections AS
SELECT transfer_id, revision, outcome
FROM decisions
WHERE outcome = 'reject' OR (revision > 1 AND status IN ('submitted', 'partially_settled'));

-- A row that is inserted twice replaces itself.
INSERT INTO rejections
SELECT transfer_id, revision, outcome
FROM decisions
WHERE outcome = 'reject' OR (revision > 1 AND status IN ('submitted', 'partially_settled'));

-- Legs by subject, where this file made the table in the order of arrival. No statement gives a table another order, and
-- rows that moved to another table would leave behind which inserts were made; so it gets a copy in that order inside itself,
-- which its inserts and merges keep up. ClickHouse makes it of the rows of before in the background; until it is made,
-- they are read without it.
--
-- mends 001-journal.sql of ebb3d2740dbc318d9d4ff63ebceab2b8056c1cd6803e8ba58d420f8eb7069411

ALTER TABLE entries ADD PROJECTION IF NOT EXISTS legs_by_subject (SELECT * ORDER BY log_partition, subject, ordinal);

ALTER TABLE entries MATERIALIZE PROJECTION legs_by_subject SETTINGS mutations_sync = 0;
