-- Each attempt to deliver a webhook, what alerts tell of their customer for choosing them by, and
-- notifications for who runs Weir.

CREATE TABLE IF NOT EXISTS webhook_attempts
(
    log_partition      UInt16                 COMMENT 'Partition of the topic · 分区',
    log_offset         UInt64                 COMMENT 'Offset in it · 偏移',
    subscription_id    String                 COMMENT 'The subscription · 订阅',
    message_id         String                 COMMENT 'The message: its webhook-id, the same at every attempt · 消息编号',
    type               LowCardinality(String) COMMENT 'Type of the message, such as alert.opened · 消息类型',
    attempt            UInt32                 COMMENT '1 for the first, then counting up · 第几次',
    trigger            Enum8('event' = 0, 'retry' = 1, 'probe' = 2, 'replay' = 3, 'test' = 4) COMMENT 'Why it was made · 起因',
    outcome            Enum8('delivered' = 0, 'failed' = 1, 'exhausted' = 2, 'gone' = 3) COMMENT 'How it ended · 结果',
    at                 DateTime64(3, 'UTC')   COMMENT 'When it began · 开始时间',
    seen               DateTime64(3, 'UTC')   COMMENT 'Append time of the record that the message tells of · 记录写入时间',
    logged             DateTime64(3, 'UTC')   COMMENT 'Append time of the first attempt of the insert · 写入时间',
    duration_ms        UInt32                 COMMENT 'How long it took, ms · 耗时（毫秒）',
    status             Nullable(UInt16)       COMMENT 'HTTP status; NULL where no answer came · HTTP 状态码',
    error              LowCardinality(String) COMMENT 'Why it failed, as a code; else empty · 失败代码',
    detail             String                 COMMENT 'Why it failed, in words; else empty · 失败原因',
    next_at            Nullable(DateTime64(3, 'UTC')) COMMENT 'When the next attempt is due; NULL where there is none · 下次投递时间',
    command_id         String                 COMMENT 'The test or replay that asked for it; else empty · 测试或重放编号',
    INDEX by_message message_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(logged)
ORDER BY (subscription_id, at, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_parts_to_merge_at_once = 10
COMMENT 'Every attempt to deliver a webhook · Webhook 投递记录';

ALTER TABLE alerts ADD COLUMN IF NOT EXISTS
    segments           String DEFAULT ''      COMMENT 'What tells its customer apart: kind:person tag:merchant grade:D · 客户分组';

ALTER TABLE notifications MODIFY COLUMN
    audience           Enum8('finance' = 0, 'sales' = 1, 'customer_service' = 2, 'customer' = 3, 'operations' = 4) COMMENT 'Who should hear of it · 对象';
