-- How Weir itself fares. These rows come from no log: a sample that is lost is not made up for.

CREATE TABLE IF NOT EXISTS pipeline
(
    sampled          DateTime64(3, 'UTC')     COMMENT 'When the sample was taken · 采样时间',
    stage            LowCardinality(String)   COMMENT 'Stage, such as route, score, clickhouse · 环节',
    topic            LowCardinality(String)   COMMENT 'Topic that the stage reads; empty where it is all · 主题',
    partition        Int32                    COMMENT 'Partition; -1 where it is all · 分区',
    lag_records      UInt64                   COMMENT 'Records still to read · 积压记录数',
    lag_ms           Nullable(UInt64)         COMMENT 'Age of the oldest record still to read, ms; NULL where the stage does not know · 积压时长（毫秒）',
    records          UInt64                   COMMENT 'Records handled since the sample before · 处理记录数',
    interval_ms      UInt32                   COMMENT 'Time since the sample before, ms · 采样间隔（毫秒）'
)
ENGINE = MergeTree
ORDER BY (stage, sampled)
TTL toDateTime(sampled) + INTERVAL 30 DAY
COMMENT 'Health of the pipeline, one row a sample, stage and topic · 管道健康状况';
