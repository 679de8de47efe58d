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

-- Legs by subject and decisions by payer, where these files made the tables in the order of arrival. No statement gives a
-- table another order, and rows that moved to another table would leave behind which inserts were made; so each such table
-- gets a copy in that order inside itself, which its inserts and merges keep up. ClickHouse makes it of the rows of
-- before in the background; until it is made, they are read without it.
--
-- mends 001-journal.sql of ebb3d2740dbc318d9d4ff63ebceab2b8056c1cd6803e8ba58d420f8eb7069411
-- mends 002-outputs.sql of 2654edde79a6244ba32872325149379f847ff5d94133eb428b331cd13499b8bb

ALTER TABLE entries ADD PROJECTION IF NOT EXISTS legs_by_subject (SELECT * ORDER BY log_partition, subject, ordinal);

ALTER TABLE entries MATERIALIZE PROJECTION legs_by_subject SETTINGS mutations_sync = 0;

ALTER TABLE decisions ADD PROJECTION IF NOT EXISTS outcomes_by_debtor
(
    SELECT log_partition, debtor, log_offset, transfer_id, revision, outcome, at
    ORDER BY log_partition, debtor, log_offset
);

ALTER TABLE decisions MATERIALIZE PROJECTION outcomes_by_debtor SETTINGS mutations_sync = 0;
