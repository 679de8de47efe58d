-- How long decisions take. These rows come from no log: processes that answer over HTTP write down what they saw.

CREATE TABLE IF NOT EXISTS latencies_by_minute
(
    minute       DateTime('UTC')              COMMENT 'Minute in which the decision could be read · 决定可读的分钟',
    bucket       UInt8                        COMMENT 'Time taken in quarters of a doubling: 4·log2(1 + ms) · 用时区间',
    times        UInt64                       COMMENT 'Decisions that took so long at most · 决定数'
)
ENGINE = SummingMergeTree
ORDER BY (minute, bucket)
TTL minute + INTERVAL 30 DAY
COMMENT 'From the append of an event to its decision being readable, by minute · 每分钟决定用时';
